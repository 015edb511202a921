package dev.meander.train;

import dev.meander.distributed.Alone;
import dev.meander.distributed.Peers;
import dev.meander.event.Progress;
import dev.meander.generate.ImageSampler;
import dev.meander.image.Image;
import dev.meander.model.Pipeline;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.random.Domain;
import dev.meander.reward.EvaluationScores;
import dev.meander.reward.Reward;
import dev.meander.reward.Samples;
import dev.meander.reward.TaskScores;
import dev.meander.rollout.Decoder;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Judges a model on fixed prompts with fixed noise: prompt {@code i}, image {@code j} starts from
 * the same noise at every evaluation, so two models are compared in pairs.
 */
public final class Evaluator {
  private static final String TAG = "tag";

  private final Pipeline pipeline;
  private final TrainConfig.Evaluation config;
  private final TrainConfig.Model model;
  private final int batchSize;
  private final List<Prompt> prompts;
  private final Reward judge;

  /**
   * @param judge scores the images; closed by the caller
   */
  public Evaluator(
      Pipeline pipeline,
      TrainConfig.Evaluation config,
      TrainConfig.Model model,
      int batchSize,
      PromptSet prompts,
      Reward judge) {
    this.pipeline = pipeline;
    this.config = config;
    this.model = model;
    this.batchSize = batchSize;
    this.judge = judge;
    this.prompts =
        config.chosen(prompts).stream()
            .flatMap(prompt -> Collections.nCopies(config.imagesPerPrompt(), prompt).stream())
            .toList();
  }

  /**
   * The outcome.
   *
   * @param score GenEval's mean over the six tasks, or the mean over all samples where prompts have
   *     no such tags
   * @param tasks the mean score by tag
   * @param scores the scores of every sample
   * @param samples what was scored, the first ones at least
   * @param detail the scores by prompt
   */
  public record Result(
      double score,
      TaskScores tasks,
      float[] scores,
      List<Reward.Sample> samples,
      EvaluationScores detail) {}

  /** Images that an evaluation makes. */
  public int size() {
    return prompts.size();
  }

  /** Samples and scores everything in this process. */
  public Result run(Progress.Source progress) {
    return run(progress, new Alone(), prompts.size(), prompts.size());
  }

  /**
   * Samples and scores together with other processes, each some units.
   *
   * @param unit images that one process samples and hands to the judge at once: fixed, so that it
   *     does not matter which process does
   * @param shown how many of the first images the result has
   */
  Result run(Progress.Source progress, Peers peers, int unit, int shown) {
    Map<Integer, Image> images = new TreeMap<>();
    DoubleStream.Builder own = DoubleStream.builder();
    try (Progress bar = progress.start("Evaluating", prompts.size(), "images")) {
      for (int at = 0; at < prompts.size(); at += unit) {
        int to = Math.min(at + unit, prompts.size());
        if (at / unit % peers.size() == peers.rank()) {
          List<Reward.Sample> samples = sample(at, to, bar);
          for (float score : judge.score(samples)) {
            own.add(score);
          }
          for (int i = at; i < Math.min(to, shown); i++) {
            images.put(i, samples.get(i - at).image());
          }
        }
      }
    }
    double[] scores =
        inOrder(peers.gather("the scores of an evaluation", own.build().toArray()), unit);
    Map<Integer, Image> all = Pictures.gather(peers, "the images of an evaluation", images);
    return result(
        scores,
        Samples.of(all.keySet().stream().map(prompts::get).toList(), List.copyOf(all.values())));
  }

  /** The scores of all, which were dealt out by units. */
  private double[] inOrder(double[][] byRank, int unit) {
    DoubleBuffer[] left =
        Arrays.stream(byRank).map(DoubleBuffer::wrap).toArray(DoubleBuffer[]::new);
    double[] scores = new double[prompts.size()];
    Arrays.setAll(scores, i -> left[i / unit % left.length].get());
    return scores;
  }

  private Result result(double[] scores, List<Reward.Sample> samples) {
    float[] narrow = new float[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      narrow[i] = (float) scores[i];
      sum += scores[i];
    }
    List<String> tags = prompts.stream().map(p -> p.metadata().path(TAG).asText("all")).toList();
    TaskScores tasks = TaskScores.of(tags, scores);
    return new Result(
        tasks.overall().orElse(sum / scores.length), tasks, narrow, samples, detail(tags, scores));
  }

  private EvaluationScores detail(List<String> tags, double[] scores) {
    int each = config.imagesPerPrompt();
    int[] firsts = IntStream.range(0, prompts.size() / each).map(i -> i * each).toArray();
    return new EvaluationScores(
        Arrays.stream(firsts).mapToObj(i -> prompts.get(i).text()).toList(),
        Arrays.stream(firsts).mapToObj(tags::get).toList(),
        each,
        scores);
  }

  private List<Reward.Sample> sample(int from, int to, Progress bar) {
    List<Image> images = new ArrayList<>();
    for (int at = from; at < to; at += batchSize) {
      int count = Math.min(batchSize, to - at);
      images.addAll(sample(at, count));
      bar.advance(count);
    }
    return Samples.of(prompts.subList(from, to), images);
  }

  private List<Image> sample(int from, int count) {
    try (Scope scope = new Scope()) {
      long[] shape = pipeline.latentShape(model.height(), model.width());
      List<String> texts = prompts.subList(from, from + count).stream().map(Prompt::text).toList();
      Tensor clean =
          new ImageSampler(
                  pipeline, shape, config.steps(), config.guidance(), config.embeddedGuidance())
              .sample(texts, "", noise(from, count, shape));
      return new Decoder(pipeline.vae(model.tiledDecode()), Engine.workers()).decode(clean);
    }
  }

  private Tensor noise(int from, int count, long[] shape) {
    int dims = Math.toIntExact(shape[0] * shape[1] * shape[2]);
    float[] values = new float[count * dims];
    for (int i = 0; i < count; i++) {
      int sample = from + i;
      Domain.PICTURE_START.stream(
              config.seed(), sample / config.imagesPerPrompt(), sample % config.imagesPerPrompt())
          .normals(values, i * dims, dims);
    }
    return Tensors.of(values, count, shape[0], shape[1], shape[2]);
  }
}
