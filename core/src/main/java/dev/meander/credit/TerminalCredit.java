package dev.meander.credit;

import dev.meander.config.Variant;

/** Every trained step earns the final image's reward (Flow-GRPO, arXiv 2505.05470). */
@Variant("terminal")
public record TerminalCredit() implements CreditRule {
  @Override
  public boolean needsCompletions() {
    return false;
  }

  @Override
  public Credit assign(RewardTrace trace) {
    return Credit.plain(trace.each((i, j) -> trace.finalReward(i)));
  }
}
