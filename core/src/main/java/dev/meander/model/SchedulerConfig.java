package dev.meander.model;

import dev.meander.config.Default;
import dev.meander.config.Ignored;
import dev.meander.config.Nullable;
import dev.meander.config.Positive;
import dev.meander.schedule.DynamicShift;
import dev.meander.schedule.ScheduleSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/**
 * The keys of diffusers' {@code scheduler_config.json} for FlowMatchEulerDiscreteScheduler that
 * change the noise levels.
 */
@Ignored("stochastic_sampling")
public record SchedulerConfig(
    @Default("1000") int numTrainTimesteps,
    @Default("1") @Positive double shift,
    @Default("false") boolean useDynamicShifting,
    @Default("0.5") double baseShift,
    @Default("1.15") double maxShift,
    @Default("256") @Positive int baseImageSeqLen,
    @Default("4096") @Positive int maxImageSeqLen,
    @Default("exponential") String timeShiftType,
    @Default("false") boolean invertSigmas,
    @Default("false") boolean useKarrasSigmas,
    @Default("false") boolean useExponentialSigmas,
    @Default("false") boolean useBetaSigmas,
    @Nullable Double shiftTerminal) {
  private static final int TIMESTEPS = 1000;

  /** Beyond it steps of a usual schedule fall together in float32. */
  private static final double MOST_SHIFT = 1000;

  private static final double MOST_EXPONENT = 7;

  public SchedulerConfig {
    List<String> problems = new ArrayList<>();
    if (invertSigmas || useKarrasSigmas || useExponentialSigmas || useBetaSigmas) {
      problems.add(
          "invert_sigmas, use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas must be"
              + " false");
    }
    if (shiftTerminal != null) {
      problems.add("shift_terminal must be null, not " + shiftTerminal);
    }
    if (shift < 1 / MOST_SHIFT || shift > MOST_SHIFT) {
      problems.add("shift must lie between 0.001 and 1000, not be " + shift);
    }
    if (Math.abs(baseShift) > MOST_EXPONENT || Math.abs(maxShift) > MOST_EXPONENT) {
      problems.add(
          "base_shift and max_shift must lie between -%1$s and %1$s, not be %2$s and %3$s"
              .formatted(MOST_EXPONENT, baseShift, maxShift));
    }
    if (numTrainTimesteps != TIMESTEPS) {
      problems.add("num_train_timesteps must be 1000, not " + numTrainTimesteps);
    }
    if (useDynamicShifting && !timeShiftType.equals("exponential")) {
      problems.add("time_shift_type must be exponential, not " + timeShiftType);
    }
    if (useDynamicShifting && maxImageSeqLen <= baseImageSeqLen) {
      problems.add(
          "max_image_seq_len must exceed base_image_seq_len, %d, not be %d"
              .formatted(baseImageSeqLen, maxImageSeqLen));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * The noise levels for an image.
   *
   * @param fixed makes them of a shift that is the same for all sizes
   * @param dynamic makes them of one that grows with the image
   */
  public ScheduleSpec schedule(
      int imageTokens,
      DoubleFunction<ScheduleSpec> fixed,
      Function<DynamicShift, ScheduleSpec> dynamic) {
    return useDynamicShifting
        ? dynamic.apply(
            new DynamicShift(imageTokens, baseImageSeqLen, maxImageSeqLen, baseShift, maxShift))
        : fixed.apply(shift);
  }
}
