package dev.meander.sampler;

import dev.meander.schedule.SigmaSchedule;
import dev.meander.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * From where to where each sample of a batch steps; samples may be at different steps.
 *
 * @param sigma {@code [B]} float32, before the step
 * @param sigmaNext {@code [B]} float32, after it
 * @param schedule the schedule that they step along
 * @param steps the step of each sample, from which its noise level follows
 */
public record StepTimes(Tensor sigma, Tensor sigmaNext, SigmaSchedule schedule, int[] steps) {
  /** Sample {@code i} makes step {@code steps[i]} of the schedule. */
  public static StepTimes of(SigmaSchedule schedule, int... steps) {
    float[] sigma = new float[steps.length];
    float[] sigmaNext = new float[steps.length];
    for (int i = 0; i < steps.length; i++) {
      sigma[i] = schedule.sigma(steps[i]);
      sigmaNext[i] = schedule.sigma(steps[i] + 1);
    }
    return new StepTimes(
        Tensors.of(sigma, steps.length), Tensors.of(sigmaNext, steps.length), schedule, steps);
  }
}
