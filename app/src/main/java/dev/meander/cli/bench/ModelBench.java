package dev.meander.cli.bench;

import dev.meander.model.ParallelVelocity;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.rollout.Decoder;
import dev.meander.tensor.Engine;
import dev.meander.text.Conditioning;

/**
 * Times a model's parts at one batch size.
 *
 * @param pipeline the model, in the type to measure
 * @param shape the shape of its latent, [C, h, w]
 * @param batch the number of samples in one pass
 * @param lora the adapters that are trained
 */
public record ModelBench(Pipeline pipeline, long[] shape, int batch, LoraConfig lora) {
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
    Passes passes = Passes.of(pipeline, shape, batch);
    Flops flops = flops(passes.prompt());
    double forward =
        passes.forward(new ParallelVelocity(pipeline.transformer(), Engine.workers()), watch);
    Decoder decoder = new Decoder(pipeline.vae(), Engine.workers());
    double decode = watch.median(() -> decoder.decode(passes.latent()));
    double sample = passes.sampling(pipeline, steps, watch);
    double training;
    double work;
    try (LoraAdapter adapter = LoraAdapter.attach(pipeline.transformer().linears(), lora, 0)) {
      training = passes.training(pipeline.transformer(), adapter, watch);
      work = flops.adapterTraining(adapter, lora.rank());
    }
    return new Rates(
        batch / forward,
        flops.forward() * batch / forward / 1e9,
        batch / training,
        work * batch / training / 1e9,
        batch / decode,
        batch / sample);
  }

  private Flops flops(Conditioning prompt) {
    int patch = pipeline.transformer().patchSize();
    long tokens = shape[1] * shape[2] / (patch * patch);
    return new Flops(pipeline.transformer(), tokens, prompt.tokens().size(1));
  }
}
