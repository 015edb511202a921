package dev.meander.credit;

import dev.meander.config.Variant;
import java.util.Arrays;

/** Every trained step earns the final image's reward (Flow-GRPO, arXiv 2505.05470). */
@Variant("terminal")
public record TerminalCredit() implements CreditRule {
  @Override
  public boolean needsCompletions() {
    return false;
  }

  @Override
  public double[][] credit(RewardTrace trace) {
    double[][] credit = new double[trace.samples()][trace.steps()];
    for (int i = 0; i < credit.length; i++) {
      Arrays.fill(credit[i], trace.finalReward(i));
    }
    return credit;
  }
}
