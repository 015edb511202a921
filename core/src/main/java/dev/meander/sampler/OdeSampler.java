package dev.meander.sampler;

import dev.meander.schedule.SigmaSchedule;
import dev.meander.tensor.Scope;
import dev.meander.text.Conditioning;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Plain sampling with Euler's method along the ODE, from noise to a clean latent.
 *
 * @param velocity the guided network
 * @param schedule its noise levels
 */
public record OdeSampler(GuidedVelocity velocity, SigmaSchedule schedule) {
  /**
   * All steps of the schedule.
   *
   * @param noise [B, C, H, W] at sigma = 1
   * @return [B, C, H, W] at sigma = 0, in the caller's scope
   */
  public Tensor sample(Tensor noise, Conditioning prompt, Conditioning negative) {
    Tensor latent = noise;
    for (int k = 0; k < schedule.steps(); k++) {
      try (Scope scope = new Scope()) {
        int[] steps = new int[Math.toIntExact(noise.size(0))];
        Arrays.fill(steps, k);
        StepTimes times = StepTimes.of(schedule, steps);
        Tensor v = velocity.velocity(latent, times.sigma(), prompt, negative);
        latent = scope.keep(Ode.step(latent, times, v));
      }
    }
    return latent;
  }
}
