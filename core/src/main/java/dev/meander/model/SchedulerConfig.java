package dev.meander.model;

import dev.meander.config.Default;
import dev.meander.config.Ignored;
import dev.meander.config.Nullable;
import dev.meander.config.Positive;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.schedule.StaticShift;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of diffusers' {@code scheduler_config.json} for FlowMatchEulerDiscreteScheduler that
 * change the noise levels.
 */
@Ignored({
  "base_image_seq_len",
  "base_shift",
  "max_image_seq_len",
  "max_shift",
  "stochastic_sampling",
  "time_shift_type"
})
record SchedulerConfig(
    @Default("1000") int numTrainTimesteps,
    @Default("1") @Positive double shift,
    @Default("false") boolean useDynamicShifting,
    @Default("false") boolean invertSigmas,
    @Default("false") boolean useKarrasSigmas,
    @Default("false") boolean useExponentialSigmas,
    @Default("false") boolean useBetaSigmas,
    @Nullable Double shiftTerminal) {
  private static final int TIMESTEPS = 1000;

  SchedulerConfig {
    List<String> problems = new ArrayList<>();
    if (useDynamicShifting) {
      problems.add("use_dynamic_shifting is not supported for this model, only a static shift");
    }
    if (invertSigmas || useKarrasSigmas || useExponentialSigmas || useBetaSigmas) {
      problems.add(
          "invert_sigmas, use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas must be"
              + " false");
    }
    if (shiftTerminal != null) {
      problems.add("shift_terminal must be null, not " + shiftTerminal);
    }
    if (numTrainTimesteps != TIMESTEPS) {
      problems.add("num_train_timesteps must be 1000, not " + numTrainTimesteps);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  ScheduleSpec spec() {
    return new StaticShift(shift);
  }
}
