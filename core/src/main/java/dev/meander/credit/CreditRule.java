package dev.meander.credit;

/** Decides what each trained step of each sample has earned; numbers in, numbers out. */
public sealed interface CreditRule permits TerminalCredit {
  /** Whether the rule needs the completions after every step ({@code R[0..n]}) scored. */
  boolean needsCompletions();

  /**
   * The reward of every step.
   *
   * @return {@code [N][n]}
   */
  double[][] credit(RewardTrace trace);
}
