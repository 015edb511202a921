package dev.meander.train;

import dev.meander.event.Progress;
import dev.meander.generate.ImageSampler;
import dev.meander.image.Image;
import dev.meander.model.Pipeline;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.random.Domain;
import dev.meander.reward.Reward;
import dev.meander.reward.TaskScores;
import dev.meander.rollout.Decoder;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
   * @param tasks mean score by tag
   * @param scores the scores of every sample
   * @param samples what was scored
   */
  public record Result(
      double score, TaskScores tasks, float[] scores, List<Reward.Sample> samples) {

    /** The same with the first {@code count} samples alone, so that the other images can go. */
    Result showing(int count) {
      List<Reward.Sample> first = samples.subList(0, Math.min(count, samples.size()));
      return new Result(score, tasks, scores, List.copyOf(first));
    }
  }

  /** Images that an evaluation makes. */
  public int size() {
    return prompts.size();
  }

  /** Samples and scores everything. */
  public Result run(Progress.Source progress) {
    List<Reward.Sample> samples = new ArrayList<>(prompts.size());
    try (Progress bar = progress.start("Evaluating", prompts.size(), "images")) {
      for (int at = 0; at < prompts.size(); at += batchSize) {
        int count = Math.min(batchSize, prompts.size() - at);
        List<Image> images = sample(at, count);
        for (int i = 0; i < count; i++) {
          samples.add(new Reward.Sample(prompts.get(at + i), images.get(i)));
        }
        bar.advance(count);
      }
    }
    float[] scores = judge.score(samples);
    double[] wide = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      wide[i] = scores[i];
      sum += scores[i];
    }
    List<String> tags = prompts.stream().map(p -> p.metadata().path(TAG).asText("all")).toList();
    TaskScores tasks = TaskScores.of(tags, wide);
    return new Result(tasks.overall().orElse(sum / scores.length), tasks, scores, samples);
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
