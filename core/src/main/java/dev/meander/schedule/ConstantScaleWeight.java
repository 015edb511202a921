package dev.meander.schedule;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * A step counts {@code scale * std}, whatever the other steps are: the released code of
 * TempFlow-GRPO (arXiv 2508.04324). Its 2.25 is one over the mean for ten steps of SD3's schedule
 * and a = 0.7, without the last; elsewhere the mean weight is not 1.
 */
@Variant("constant_scale")
public record ConstantScaleWeight(
    @Doc("What the standard deviation of the step is multiplied by.") @Default("2.25") @Positive
        double scale)
    implements StepWeight {
  public ConstantScaleWeight {
    Rules.require(ConstantScaleWeight.class, scale);
  }

  @Override
  public double[] weights(NoiseLevel noise, SigmaSchedule schedule, int... steps) {
    double[] weights = noise.stds(schedule, steps);
    for (int i = 0; i < weights.length; i++) {
      weights[i] *= scale;
    }
    return weights;
  }
}
