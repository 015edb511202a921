package dev.meander.optim;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Warm-up, then the peak, then a decay to 0 over the last updates (arXiv 2404.06395; decay shapes
 * compared in arXiv 2405.18392).
 */
@Variant("warmup_stable_decay")
public record WarmupStableDecay(
    @Doc("The highest learning rate.") @Positive double peak,
    @Doc("Optimizer updates over which the rate rises to its peak; 0 for none.") @Range(min = 0)
        long warmUp,
    @Doc("Optimizer updates at the end over which it falls to 0.") @Range(min = 1) long decay,
    @Doc(
            "All optimizer updates; from there on the rate is 0; left out: as many as the run has, updates_per_rollout x epochs x rollouts.")
        @Positive
        Optional<Long> total,
    @Doc("How it falls: evenly, or fast at first.") DecayShape shape)
    implements LearningRate {
  public WarmupStableDecay {
    Rules.require(WarmupStableDecay.class, peak, warmUp, decay, total, shape);
  }

  /** The same rate with a known total. */
  public WarmupStableDecay(double peak, long warmUp, long decay, long total, DecayShape shape) {
    this(peak, warmUp, decay, Optional.of(total), shape);
  }

  @Rule({"total", "warm_up", "decay"})
  static String partsFit(Optional<Long> total, long warmUp, long decay) {
    return total.isPresent() && (warmUp > total.get() || decay > total.get() - warmUp)
        ? "warm_up (%d) and decay (%d) must fit into total (%d)"
            .formatted(warmUp, decay, total.get())
        : "";
  }

  @Override
  public WarmupStableDecay over(long updates) {
    return total.isPresent() ? this : new WarmupStableDecay(peak, warmUp, decay, updates, shape);
  }

  @Override
  public OptionalLong end() {
    return total.isPresent() ? OptionalLong.of(total.get()) : OptionalLong.empty();
  }

  @Override
  public double at(long update) {
    long into = update - (RateChecks.known(total) - decay);
    if (into <= 0) {
      return peak * RateChecks.warmUpShare(update, warmUp);
    }
    return peak * shape.remaining(Math.min(1, into / (double) decay));
  }
}
