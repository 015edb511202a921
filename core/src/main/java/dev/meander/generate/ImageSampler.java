package dev.meander.generate;

import dev.meander.model.ParallelVelocity;
import dev.meander.model.Pipeline;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.OdeSampler;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.text.Conditioning;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Noise to clean latents along the ODE, without recording gradients; passes are split among the
 * engine's workers.
 *
 * @param pipeline the model
 * @param shape the shape of one latent, [C, h, w]
 * @param steps the steps of the ODE
 * @param guidance the guidance scale; 1 or less means none
 * @param embedded the guidance scale that a guidance-distilled model is told
 */
public record ImageSampler(
    Pipeline pipeline, long[] shape, int steps, double guidance, double embedded) {

  /**
   * Encodes a batch of prompts and samples it.
   *
   * @param noise one starting latent for each prompt, [N, C, h, w]
   * @param negative the prompt that guidance leads away from
   * @return [N, C, h, w] in the caller's scope
   */
  public Tensor sample(List<String> prompts, String negative, Tensor noise) {
    return Autograd.noGrad(
        () -> {
          Conditioning prompt = pipeline.prompts().encode(prompts);
          List<String> against = Collections.nCopies(prompts.size(), negative);
          return sample(prompt, guidance > 1 ? pipeline.prompts().encode(against) : prompt, noise);
        });
  }

  /**
   * Samples a batch whose prompts are encoded already.
   *
   * @param negative the negative prompt, not looked at without guidance
   */
  public Tensor sample(Conditioning prompt, Conditioning negative, Tensor noise) {
    GuidedVelocity velocity =
        new GuidedVelocity(
            new ParallelVelocity(pipeline.transformer(), Engine.workers()), guidance, embedded);
    OdeSampler sampler = new OdeSampler(velocity, pipeline.schedule(shape).schedule(steps));
    return Autograd.noGrad(() -> sampler.sample(noise, prompt, negative));
  }
}
