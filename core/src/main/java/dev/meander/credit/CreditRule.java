package dev.meander.credit;

import dev.meander.config.Variants;

/**
 * Decides what each trained step of each sample has earned; numbers in, numbers out.
 *
 * <p>Called once a rollout and reward, with all samples; {@link RewardTrace#each} goes through
 * them.
 */
@Variants({TerminalCredit.class, IncrementalCredit.class, PointCredit.class, DelayedCredit.class})
public interface CreditRule {
  /** Whether the rule needs the completions after every step ({@code R[0..n]}) scored. */
  boolean needsCompletions();

  /**
   * Whether the rule pays what {@link IncrementalCredit} pays as long as rewards have two values.
   */
  default boolean needsManyValues() {
    return false;
  }

  /**
   * Whether the rule looks at more of a trajectory than the rewards around one step, which a trunk
   * along the ODE has not.
   */
  default boolean needsTrajectories() {
    return false;
  }

  /**
   * The reward of every step, and the turning points that it rests on.
   *
   * @throws IllegalArgumentException when the rule needs completions and the trace has none
   */
  Credit assign(RewardTrace trace);

  /**
   * {@link #assign(RewardTrace)} at a moment of the training, for rules that change over it.
   *
   * @param rollout the rollout's number, 0 for the first of the run
   */
  default Credit assign(RewardTrace trace, long rollout) {
    return assign(trace);
  }
}
