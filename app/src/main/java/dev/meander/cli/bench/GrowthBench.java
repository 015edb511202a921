package dev.meander.cli.bench;

import dev.meander.event.Progress;
import dev.meander.generate.ImageSampler;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.model.FlowTransformer;
import dev.meander.model.Pipeline;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.Parameters;
import dev.meander.prompt.PromptGroup;
import dev.meander.random.Domain;
import dev.meander.rollout.Decoder;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import dev.meander.train.Models;
import dev.meander.train.PromptSource;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingComponents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
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
  private static final String PROMPT = "a photo of a red circle above a blue square";
  private static final int BATCH = 24;
  private static final int TEXT_TOKENS = 77;
  private static final double WEIGHT_STD = 0.02;
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
   * @param exponent of the seconds, over all values
   * @param breaksAt the value at which two pieces that fit best meet
   * @param before the exponent up to there
   * @param after the exponent from there on
   */
  public record Fit(
      Quantity quantity,
      String work,
      double exponent,
      double breaksAt,
      double before,
      double after) {}

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
            PowerLaw law = PowerLaw.fit(measured);
            fits.add(
                new Fit(
                    (Quantity) work.get(0),
                    (String) work.get(1),
                    law.exponent(),
                    law.breaksAt(),
                    law.before(),
                    law.after()));
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
      Tensor latent = noise(batch, shape);
      Conditioning prompts =
          Autograd.noGrad(() -> pipeline.prompts().encode(Collections.nCopies(batch, PROMPT)));
      ImageSampler sampler =
          new ImageSampler(pipeline, shape, steps, 1, Conditioning.USUAL_GUIDANCE);
      Decoder decoder = new Decoder(pipeline.vae(), Engine.workers());
      double time =
          new Stopwatch(seconds)
              .median(
                  () ->
                      Autograd.noGrad(
                          () -> {
                            decoder.decode(sampler.sample(prompts, prompts, latent));
                          }));
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
      FlowTransformer model = large.build(Parameters.unset(ScalarType.Float), ScalarType.Float);
      model.tensors().values().forEach(t -> t.normal_(0, WEIGHT_STD, new GeneratorOptional()));
      LoraConfig lora =
          new LoraConfig(32, 64, List.of("to_q", "to_k", "to_v", "to_out.0"), LoraInit.GAUSSIAN);
      try (LoraAdapter adapter = LoraAdapter.attach(model.linears(), lora, 1)) {
        for (int side : values(Quantity.SIZE)) {
          points.addAll(passes(model, adapter, side));
          bar.advance(1);
        }
      }
    }
    return points;
  }

  private List<Point> passes(FlowTransformer model, LoraAdapter adapter, int side) {
    try (Scope scope = new Scope()) {
      Tensor latent = noise(1, large.inChannels(), side / CELL, side / CELL);
      Tensor sigma = Tensors.of(new float[] {0.5f}, 1);
      Conditioning prompt =
          new Conditioning(
              noise(1, TEXT_TOKENS, large.jointAttentionDim()),
              noise(1, large.pooledProjectionDim()));
      List<Tensor> leaves = List.copyOf(adapter.parameters().values());
      Stopwatch watch = new Stopwatch(seconds);
      double forward =
          watch.median(
              () ->
                  Autograd.noGrad(
                      () -> {
                        model.velocity(latent, sigma, prompt);
                      }));
      double training =
          watch.median(
              () -> {
                Engine.workers()
                    .backward(
                        1, leaves, part -> model.velocity(latent, sigma, prompt).square().mean());
                leaves.forEach(Autograd::clearGrad);
              });
      return List.of(
          new Point(Quantity.SIZE, "forward", side, 1, forward),
          new Point(Quantity.SIZE, "training", side, 1, training));
    }
  }

  private static Tensor noise(long first, long... rest) {
    long[] shape = new long[rest.length + 1];
    shape[0] = first;
    System.arraycopy(rest, 0, shape, 1, rest.length);
    int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    return Tensors.of(Domain.EXAMPLE.stream(count).normals(count), shape);
  }
}
