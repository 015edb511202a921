package dev.meander.cli.bench;

import dev.meander.config.Alias;
import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraConfig;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Measures a recipe's model under several settings.
 *
 * @param config the recipe whose model, batch size, steps and adapters are measured
 * @param seconds the seconds for each number
 */
public record Bench(TrainConfig config, double seconds) {
  /** What the transformer computes in. */
  public enum Type {
    @Alias("float32")
    F32(ScalarType.Float),
    @Alias("bfloat16")
    BF16(ScalarType.BFloat16);

    private final ScalarType engine;

    Type(ScalarType engine) {
      this.engine = engine;
    }

    /** The engine's name of the type. */
    ScalarType engine() {
      return engine;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One setting's numbers.
   *
   * @param matmul the GFLOP/s of square matrix products by their side
   * @param rates the rates of the model
   * @param trainedSteps the number of steps of each image that the recipe trains
   */
  public record Result(
      int threads,
      Type type,
      Map<Integer, Double> matmul,
      ModelBench.Rates rates,
      int trainedSteps) {
    /** The best of the matrix products, GFLOP/s. */
    public double peak() {
      return MatmulPeak.best(matmul);
    }

    /** What share of the peak the forward pass reaches. */
    public double forwardShare() {
      return rates.forwardGflops() / peak();
    }

    /** What share of the peak forward and backward pass reach. */
    public double trainingShare() {
      return rates.trainingGflops() / peak();
    }
  }

  /** Measures every combination. */
  public List<Result> run(List<Integer> threads, List<Type> types, Progress.Source progress) {
    if (threads.stream().anyMatch(n -> n < 1)) {
      throw new UserError("--threads must be at least 1");
    }
    List<Result> results = new ArrayList<>();
    try (Progress bar =
        progress.start("Measuring", (long) threads.size() * types.size(), "settings")) {
      for (Type type : types) {
        for (int n : threads) {
          results.add(measure(n, type));
          bar.advance(1);
        }
      }
    }
    return results;
  }

  private Result measure(int threads, Type type) {
    Stopwatch watch = new Stopwatch(seconds);
    Engine.start(threads, 1);
    Engine.use(config.model().device());
    Map<Integer, Double> peak = MatmulPeak.measure(type.engine, watch);
    Engine.start(threads, config.workers());
    Engine.use(config.model().device());
    try (Scope scope = new Scope();
        Pipeline pipeline =
            Pipeline.load(config.model().directory(), type.engine, config.model().text())) {
      int steps = config.sampling().steps();
      ModelBench model =
          new ModelBench(
              pipeline,
              pipeline.latentShape(config.model().height(), config.model().width()),
              config.sampling().batchSize(),
              lora());
      return new Result(
          threads,
          type,
          peak,
          model.measure(watch, steps),
          config.method().window().window(steps, config.seed(), 0).size());
    }
  }

  private LoraConfig lora() {
    if (config.policy() instanceof TrainConfig.Lora lora) {
      return lora.lora().config();
    }
    return Passes.LORA;
  }
}
