package dev.meander.credit;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * Turning points only from some rollout of the run on; before it, what {@code rule} pays without
 * any (a variant in the released code of TP-GRPO, arXiv 2602.06422, which counts optimizer updates
 * instead).
 */
@Variant("turning_point_delayed")
public record DelayedCredit(
    @Doc("The first rollout, counted from 0, with turning points.") @Range(min = 0) long start,
    @Doc("The rule from then on.") @Default("turning_point") PointCredit rule)
    implements CreditRule {
  public DelayedCredit {
    Rules.require(DelayedCredit.class, start, rule);
  }

  @Override
  public Credit assign(RewardTrace trace, long rollout) {
    if (rollout >= start) {
      return rule.assign(trace);
    }
    trace.requireCompletions();
    boolean[][] none = new boolean[trace.samples()][trace.steps()];
    return new Credit(rule.pay(trace, none), none);
  }

  @Override
  public Credit assign(RewardTrace trace) {
    return rule.assign(trace);
  }

  @Override
  public boolean needsCompletions() {
    return true;
  }

  @Override
  public boolean needsTrajectories() {
    return true;
  }
}
