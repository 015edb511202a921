package dev.meander.cli.bench;

import dev.meander.event.Progress;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.model.FlowTransformer;
import dev.meander.model.Pipeline;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.nn.LoraAdapter;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.train.Models;
import dev.meander.train.PromptSource;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingComponents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Measures how the cost of sampling and training grows, one quantity at a time.
 *
 * @param config the recipe whose model, schedule and dynamics are used, but for the image's size
 * @param large the transformer whose passes are measured by the image's size, in float32 with
 *     random weights
 * @param seconds the seconds for each number, at least
 */
public record GrowthBench(TrainConfig config, Sd3Config large, double seconds) {
  private static final int BATCH = 24;
  private static final int TEXT_TOKENS = 77;
  private static final int CELL = 8; // pixels of a latent's cell

  /** About 250 million parameters: 12 blocks, 12 heads of 64 features. */
  public static final Sd3Config MID_SIZE =
      new Sd3Config(128, 2, 16, null, 12, 64, 12, 1024, 768, 768, 64, List.of(), "rms_norm");

  /** What grows, and how far. */
  public enum Quantity {
    /** Samples of a pass, from noise to pixels. */
    BATCH("samples in a pass", 1, 2, 4, 8, 16, 32, 64, 128, 256),
    /** Side of an image; one sample through the mid-size transformer. */
    SIZE("side in pixels", 64, 128, 256, 512, 1024),
    /** Denoising steps of 24 samples, from noise to pixels. */
    STEPS("denoising steps", 2, 5, 10, 20, 40),
    /** Samples of one prompt in a rollout. */
    GROUP("samples of a prompt", 6, 12, 24, 48, 96, 192),
    /** Steps of 24 samples that are completed by the ODE. */
    COMPLETIONS("completed steps", 1, 2, 4, 8);

    private final String unit;
    private final List<Integer> values;

    Quantity(String unit, Integer... values) {
      this.unit = unit;
      this.values = List.of(values);
    }

    /** What its numbers count. */
    public String unit() {
      return unit;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One number.
   *
   * @param quantity what grows
   * @param work what was measured: sampling, rollout, forward or training
   * @param images images that were finished, or samples that went through
   * @param seconds the median time
   */
  public record Point(Quantity quantity, String work, int value, int images, double seconds) {}

  /**
   * The growth of one work's cost.
   *
   * @param law of the seconds
   */
  public record Fit(Quantity quantity, String work, PowerLaw law) {}

  /** Measures each of {@code quantities}. */
  public List<Point> run(int threads, List<Quantity> quantities, Progress.Source progress) {
    long values = quantities.stream().mapToLong(q -> values(q).size()).sum();
    List<Point> points = new ArrayList<>();
    try (Progress bar = progress.start("Measuring", values, "values")) {
      Engine.start(threads, config.workers());
      try (Pipeline pipeline = Models.load(config.model())) {
        for (Quantity quantity : quantities) {
          if (quantity != Quantity.SIZE) {
            for (int value : values(quantity)) {
              points.add(point(pipeline, quantity, value));
              bar.advance(1);
            }
          }
        }
      }
      if (quantities.contains(Quantity.SIZE)) {
        Engine.start(threads, 1);
        points.addAll(sizes(bar));
      }
    }
    return points;
  }

  /** The exponents of all that was measured at three values or more. */
  public static List<Fit> fits(List<Point> points) {
    Map<List<Object>, List<PowerLaw.Point>> works = new LinkedHashMap<>();
    points.forEach(
        p ->
            works
                .computeIfAbsent(List.of(p.quantity(), p.work()), w -> new ArrayList<>())
                .add(new PowerLaw.Point(p.value(), p.seconds())));
    List<Fit> fits = new ArrayList<>();
    works.forEach(
        (work, measured) -> {
          if (measured.size() >= 3) {
            fits.add(new Fit((Quantity) work.get(0), (String) work.get(1), PowerLaw.fit(measured)));
          }
        });
    return fits;
  }

  private List<Integer> values(Quantity quantity) {
    int most =
        switch (quantity) {
          case SIZE -> large.sampleSize() * CELL;
          case COMPLETIONS -> config.sampling().steps() - 1;
          default -> Integer.MAX_VALUE;
        };
    return quantity.values.stream().filter(v -> v <= most).toList();
  }

  private Point point(Pipeline pipeline, Quantity quantity, int value) {
    return switch (quantity) {
      case BATCH -> sampling(pipeline, quantity, value, value, config.sampling().steps());
      case STEPS -> sampling(pipeline, quantity, value, BATCH, value);
      case GROUP -> rollout(pipeline, quantity, value, value, 0);
      case COMPLETIONS -> rollout(pipeline, quantity, value, BATCH, value);
      case SIZE -> throw new IllegalArgumentException("not of this model");
    };
  }

  private Point sampling(Pipeline pipeline, Quantity quantity, int value, int batch, int steps) {
    try (Scope scope = new Scope()) {
      long[] shape = pipeline.latentShape(config.model().height(), config.model().width());
      double time =
          Passes.of(pipeline, shape, batch).sampling(pipeline, steps, new Stopwatch(seconds));
      return new Point(quantity, "sampling", value, batch, time);
    }
  }

  private Point rollout(Pipeline pipeline, Quantity quantity, int value, int group, int completed) {
    try (Scope scope = new Scope()) {
      List<PromptGroup> groups =
          List.of(new PromptGroup(0, PromptSource.load(config.data().prompts()).get(0), group));
      GroupConditioning prompt = GroupConditioning.encode(pipeline.prompts(), groups);
      Rollout rollout = TrainingComponents.rollout(config, pipeline);
      StepRange window =
          new StepRange(0, completed == 0 ? config.sampling().steps() - 1 : completed);
      RolloutLayout layout = new Chains(0).layout(groups, window, completed > 0);
      int[] images = new int[1];
      double time =
          new Stopwatch(seconds)
              .median(
                  () ->
                      images[0] = rollout.run(layout, prompt, Rollout.Extras.NONE).images().size());
      return new Point(quantity, "rollout", value, images[0], time);
    }
  }

  private List<Point> sizes(Progress bar) {
    List<Point> points = new ArrayList<>();
    try (Scope scope = new Scope()) {
      FlowTransformer model = Passes.transformer(large, ScalarType.Float);
      try (LoraAdapter adapter = LoraAdapter.attach(model.linears(), Passes.LORA, 1)) {
        for (int side : values(Quantity.SIZE)) {
          points.addAll(size(model, adapter, side));
          bar.advance(1);
        }
      }
    }
    return points;
  }

  private List<Point> size(FlowTransformer model, LoraAdapter adapter, int side) {
    try (Scope scope = new Scope()) {
      Passes passes = Passes.of(large, 1, side / CELL, TEXT_TOKENS);
      Stopwatch watch = new Stopwatch(seconds);
      return List.of(
          new Point(Quantity.SIZE, "forward", side, 1, passes.forward(model, watch)),
          new Point(Quantity.SIZE, "training", side, 1, passes.training(model, adapter, watch)));
    }
  }
}
