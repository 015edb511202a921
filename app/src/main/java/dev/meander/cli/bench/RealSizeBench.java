package dev.meander.cli.bench;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.event.ProcessMemory;
import dev.meander.event.Progress;
import dev.meander.model.FlowTransformer;
import dev.meander.model.TransformerConfig;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import dev.meander.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Times a transformer of real size with random weights: one forward pass, and one forward and
 * backward pass that trains adapters, with and without recomputed blocks.
 *
 * @param config the config of the transformer
 * @param batch the number of samples in one pass
 * @param side the side of the image in latent cells
 * @param textTokens the number S of text tokens
 * @param lora the adapters
 * @param seconds the seconds for each number, at least
 */
public record RealSizeBench(
    TransformerConfig config,
    int batch,
    int side,
    int textTokens,
    LoraConfig lora,
    double seconds) {
  private static final int SIDE_OF_512 = 64;

  /**
   * One pass.
   *
   * @param pass what was done
   * @param seconds the seconds for one batch
   * @param gflops the GFLOP/s that were reached
   * @param share the share of the best matrix product of the same process
   * @param peakMebibytes the most memory that the process had until then; on a GPU, what of that
   *     one's was in use
   */
  public record Row(
      String pass, double seconds, double gflops, double share, double peakMebibytes) {}

  /**
   * What was measured.
   *
   * @param parameters the parameters of the transformer
   * @param peak the GFLOP/s of the best matrix product
   */
  public record Result(long parameters, double peak, List<Row> rows) {}

  /**
   * A published model at 512 x 512 pixels, with flow_grpo's adapters.
   *
   * @param blocks the blocks of each kind
   * @param batch the number of samples in one pass
   */
  public static RealSizeBench at512(
      RealSize size, List<Integer> blocks, int batch, double seconds) {
    LoraConfig lora = Binder.bind(ConfigFile.parse("{}", "defaults"), LoraConfig.class, "defaults");
    return new RealSizeBench(
        size.config(blocks), batch, SIDE_OF_512, size.textTokens(), lora, seconds);
  }

  /** Measures with all threads inside the operations. */
  public Result run(int threads, Hardware hardware, Bench.Type type, Progress.Source progress) {
    Engine.start(threads, 1);
    Engine.use(hardware);
    List<Row> rows = new ArrayList<>();
    try (Scope scope = new Scope();
        Progress bar = progress.start("Measuring", 4, "passes")) {
      Stopwatch watch = new Stopwatch(seconds);
      double peak = MatmulPeak.best(MatmulPeak.measure(type.engine(), watch));
      bar.advance(1);
      FlowTransformer model = Passes.transformer(config, type.engine());
      long tokens = (long) side * side / (config.tokenSide() * config.tokenSide());
      Flops flops = new Flops(model, tokens, textTokens);
      Passes passes = Passes.of(config, batch, side, textTokens);
      rows.add(row("forward", passes.forward(model, watch), batch * flops.forward(), peak));
      bar.advance(1);
      try (LoraAdapter adapter = LoraAdapter.attach(model.linears(), lora, 1)) {
        double work = batch * flops.adapterTraining(adapter, lora.rank());
        // First what needs less memory: the peak only grows.
        for (boolean again : new boolean[] {true, false}) {
          model.recompute(again);
          double time = passes.training(model, adapter, watch);
          String pass =
              again ? "LoRA forward and backward, recomputed" : "LoRA forward and backward";
          rows.add(row(pass, time, work + (again ? batch * flops.forward() : 0), peak));
          bar.advance(1);
        }
      }
      long parameters = model.tensors().values().stream().mapToLong(Tensor::numel).sum();
      return new Result(parameters, peak, rows);
    }
  }

  private static Row row(String pass, double seconds, double flop, double peak) {
    double gflops = flop / seconds / 1e9;
    double memory =
        Engine.deviceMebibytes()
            .orElseGet(() -> ProcessMemory.measure(0, Double.NaN).peakMebibytes());
    return new Row(pass, seconds, gflops, gflops / peak, memory);
  }
}
