package com.example.meander;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;
import dev.meander.credit.Credit;
import dev.meander.credit.CreditRule;
import dev.meander.credit.RewardTrace;

/** A step earns the final image's reward, discounted by the trained steps that come after it. */
@Doc("The final reward, discounted by the trained steps that come after a step.")
@Variant("discounted")
public record DiscountedCredit(
    @Doc("What remains of the reward one step earlier; 1 is terminal credit.")
        @Default("0.9")
        @Range(min = 0, max = 1)
        double discount)
    implements CreditRule {
  @Override
  public boolean needsCompletions() {
    return false;
  }

  @Override
  public Credit assign(RewardTrace trace) {
    return Credit.plain(
        trace.each((i, j) -> trace.finalReward(i) * Math.pow(discount, trace.steps() - j)));
  }
}
