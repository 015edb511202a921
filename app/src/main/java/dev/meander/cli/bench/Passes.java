package dev.meander.cli.bench;

import dev.meander.generate.ImageSampler;
import dev.meander.model.FlowTransformer;
import dev.meander.model.Pipeline;
import dev.meander.model.TransformerConfig;
import dev.meander.model.VelocityModel;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.Parameters;
import dev.meander.random.Domain;
import dev.meander.rollout.Decoder;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Times passes of one batch.
 *
 * @param latent [B, C, h, w]
 * @param sigma [B]
 * @param prompt the conditioning of the B samples
 */
record Passes(Tensor latent, Tensor sigma, Conditioning prompt) {
  /** Adapters of a recipe that has none. */
  static final LoraConfig LORA =
      new LoraConfig(32, 64, List.of("to_q", "to_k", "to_v", "to_out.0"), LoraInit.GAUSSIAN);

  private static final String PROMPT = "a photo of a red circle above a blue square";
  private static final float SIGMA = 0.5f;
  private static final double WEIGHT_STD = 0.02;

  /** Noise, and a prompt of a model. */
  static Passes of(Pipeline pipeline, long[] shape, int batch) {
    return of(
        noise(batch, shape[0], shape[1], shape[2]),
        Autograd.noGrad(() -> pipeline.prompts().encode(Collections.nCopies(batch, PROMPT))));
  }

  /**
   * Noise, also in the place of prompts.
   *
   * @param side the side of the image in latent cells
   */
  static Passes of(TransformerConfig config, int batch, int side, int textTokens) {
    return of(
        noise(batch, config.latentChannels(), side, side),
        new Conditioning(
            noise(batch, textTokens, config.jointAttentionDim()),
            noise(batch, config.pooledProjectionDim())));
  }

  private static Passes of(Tensor latent, Conditioning prompt) {
    float[] levels = new float[Math.toIntExact(latent.size(0))];
    Arrays.fill(levels, SIGMA);
    return new Passes(latent, Tensors.of(levels, levels.length), prompt);
  }

  private static Tensor noise(long... shape) {
    int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    return Tensors.of(Domain.EXAMPLE.stream(count).normals(count), shape);
  }

  /** A transformer with random weights. */
  static FlowTransformer transformer(TransformerConfig config, ScalarType type) {
    FlowTransformer model = config.build(Parameters.unset(type), type);
    model.tensors().values().forEach(t -> t.normal_(0, WEIGHT_STD, new GeneratorOptional()));
    return model;
  }

  /** Seconds of a pass without gradients. */
  double forward(VelocityModel model, Stopwatch watch) {
    return watch.median(
        () ->
            Autograd.noGrad(
                () -> {
                  model.velocity(latent, sigma, prompt);
                }));
  }

  /** Seconds of a trainer's passes: parts of the batch at once, their gradients added. */
  double training(FlowTransformer model, LoraAdapter adapter, Stopwatch watch) {
    List<Tensor> leaves = List.copyOf(adapter.parameters().values());
    return watch.median(
        () -> {
          Engine.workers()
              .backward(
                  Math.toIntExact(latent.size(0)),
                  leaves,
                  part ->
                      model
                          .velocity(
                              latent.narrow(0, part.from(), part.size()),
                              sigma.narrow(0, part.from(), part.size()),
                              prompt.narrow(part.from(), part.size()))
                          .square()
                          .mean());
          leaves.forEach(Autograd::clearGrad);
        });
  }

  /** Seconds from noise to pixels. */
  double sampling(Pipeline pipeline, int steps, Stopwatch watch) {
    long[] shape = {latent.size(1), latent.size(2), latent.size(3)};
    ImageSampler sampler = new ImageSampler(pipeline, shape, steps, 1, Conditioning.USUAL_GUIDANCE);
    Decoder decoder = new Decoder(pipeline.vae(), Engine.workers());
    return watch.median(
        () ->
            Autograd.noGrad(
                () -> {
                  decoder.decode(sampler.sample(prompt, prompt, latent));
                }));
  }
}
