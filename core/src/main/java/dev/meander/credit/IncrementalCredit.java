package dev.meander.credit;

import dev.meander.config.Variant;

/**
 * Every step earns what it changed: {@code r[j] = R[j] - R[j-1]} (TP-GRPO, arXiv 2602.06422,
 * without its turning points).
 */
@Variant("incremental")
public record IncrementalCredit() implements CreditRule {
  @Override
  public boolean needsCompletions() {
    return true;
  }

  @Override
  public Credit assign(RewardTrace trace) {
    trace.requireCompletions();
    return Credit.plain(trace.each(trace::incremental));
  }
}
