package dev.meander.cli.bench;

import dev.meander.generate.ImageSampler;
import dev.meander.model.ParallelVelocity;
import dev.meander.model.Pipeline;
import dev.meander.model.VelocityModel;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.random.Domain;
import dev.meander.rollout.Decoder;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;

/**
 * Times a model's parts at one batch size.
 *
 * @param pipeline the model, in the type to measure
 * @param shape the shape of its latent, [C, h, w]
 * @param batch the number of samples in one pass
 * @param lora the adapters that are trained
 */
public record ModelBench(Pipeline pipeline, long[] shape, int batch, LoraConfig lora) {
  private static final String PROMPT = "a photo of a red circle above a blue square";

  /**
   * What was measured; rates are per second.
   *
   * @param forward samples through the transformer
   * @param forwardGflops the GFLOP/s that this comes to
   * @param training samples through forward and backward pass
   * @param trainingGflops the GFLOP/s that this comes to
   * @param decoding images out of the autoencoder
   * @param sampling images from noise to pixels
   */
  public record Rates(
      double forward,
      double forwardGflops,
      double training,
      double trainingGflops,
      double decoding,
      double sampling) {}

  Rates measure(Stopwatch watch, int steps) {
    Tensor latent = noise();
    float[] levels = new float[batch];
    Arrays.fill(levels, 0.5f);
    Tensor sigma = Tensors.of(levels, batch);
    Conditioning prompt =
        Autograd.noGrad(() -> pipeline.prompts().encode(Collections.nCopies(batch, PROMPT)));
    Flops flops = flops(prompt);
    double forward =
        watch.median(
            () ->
                Autograd.noGrad(
                    () -> {
                      network().velocity(latent, sigma, prompt);
                    }));
    double decode = watch.median(() -> decoder().decode(latent));
    double sample = watch.median(() -> Autograd.noGrad(() -> sample(latent, prompt, steps)));
    double training;
    double work;
    try (LoraAdapter adapter = LoraAdapter.attach(pipeline.transformer().linears(), lora, 0)) {
      training = watch.median(() -> train(adapter, latent, sigma, prompt));
      work = flops.adapterTraining(layers(adapter), lora.rank());
    }
    return new Rates(
        batch / forward,
        flops.forward() * batch / forward / 1e9,
        batch / training,
        work * batch / training / 1e9,
        batch / decode,
        batch / sample);
  }

  private Tensor noise() {
    int count = Math.toIntExact(batch * shape[0] * shape[1] * shape[2]);
    return Tensors.of(Domain.EXAMPLE.stream(0).normals(count), batch, shape[0], shape[1], shape[2]);
  }

  private Flops flops(Conditioning prompt) {
    int patch = pipeline.transformer().patchSize();
    long tokens = shape[1] * shape[2] / (patch * patch);
    return new Flops(pipeline.transformer(), tokens, prompt.tokens().size(1));
  }

  private void sample(Tensor latent, Conditioning prompt, int steps) {
    ImageSampler sampler = new ImageSampler(pipeline, shape, steps, 1, Conditioning.USUAL_GUIDANCE);
    decoder().decode(sampler.sample(prompt, prompt, latent));
  }

  /** As a trainer's update: parts of the batch at once, their gradients added. */
  private void train(LoraAdapter adapter, Tensor latent, Tensor sigma, Conditioning prompt) {
    List<Tensor> leaves = List.copyOf(adapter.parameters().values());
    Engine.workers()
        .backward(
            batch,
            leaves,
            part ->
                pipeline
                    .transformer()
                    .velocity(
                        latent.narrow(0, part.from(), part.size()),
                        sigma.narrow(0, part.from(), part.size()),
                        prompt.narrow(part.from(), part.size()))
                    .square()
                    .mean());
    leaves.forEach(Autograd::clearGrad);
  }

  private VelocityModel network() {
    return new ParallelVelocity(pipeline.transformer(), Engine.workers());
  }

  private Decoder decoder() {
    return new Decoder(pipeline.vae(), Engine.workers());
  }

  /** The names of the adapted layers. */
  private static TreeSet<String> layers(LoraAdapter adapter) {
    TreeSet<String> names = new TreeSet<>();
    adapter.parameters().keySet().forEach(n -> names.add(n.substring(0, n.indexOf(".lora_"))));
    return names;
  }
}
