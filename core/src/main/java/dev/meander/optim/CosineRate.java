package dev.meander.optim;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import java.util.Optional;
import java.util.OptionalLong;

/** Half a cosine from the peak to the floor (arXiv 1608.03983, equation 5, one cycle). */
@Variant("cosine")
public record CosineRate(
    @Doc("The highest learning rate.") @Positive double peak,
    @Doc("Optimizer updates over which the rate rises to its peak; 0 for none.") @Range(min = 0)
        long warmUp,
    @Doc(
            "Optimizer updates until the floor, warm-up included; left out: as many as the run has, updates_per_rollout x epochs x rollouts.")
        @Positive
        Optional<Long> total,
    @Doc("The rate from the last of them on.") @Range(min = 0) double floor)
    implements LearningRate {
  public CosineRate {
    Rules.require(CosineRate.class, peak, warmUp, total, floor);
  }

  /** The same rate with a known total. */
  public CosineRate(double peak, long warmUp, long total, double floor) {
    this(peak, warmUp, Optional.of(total), floor);
  }

  @Rule({"total", "warm_up"})
  static String warmUpFits(Optional<Long> total, long warmUp) {
    return total.isPresent() && total.get() <= warmUp
        ? "a cosine needs a total above warm_up (%d), not %d".formatted(warmUp, total.get())
        : "";
  }

  @Rule({"floor", "peak"})
  static String floorBelowPeak(double floor, double peak) {
    return floor <= peak
        ? ""
        : "a cosine needs a floor of at most its peak (%s), not %s".formatted(peak, floor);
  }

  @Override
  public CosineRate over(long updates) {
    return total.isPresent() ? this : new CosineRate(peak, warmUp, updates, floor);
  }

  @Override
  public OptionalLong end() {
    return total.isPresent() ? OptionalLong.of(total.get()) : OptionalLong.empty();
  }

  @Override
  public double at(long update) {
    if (update < warmUp) {
      return peak * RateChecks.warmUpShare(update, warmUp);
    }
    double progress = Math.min(1, (update - warmUp) / (double) (RateChecks.known(total) - warmUp));
    return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
}
