package dev.meander.rewards;

import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Detection;
import dev.meander.reward.GenEvalMetadata;
import dev.meander.reward.GenEvalMetadata.Include;
import dev.meander.reward.GradedReward;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * GenEval (arXiv 2310.11513) for real images: its rules over a detector and a colour classifier
 * that the user supplies as ONNX files. The rules, the metadata and the report are those of {@link
 * CompositionalReward}.
 */
public final class GenEvalReward implements TaskEvaluator {
  private static final double LEAST_SCORE = 0.3;

  private final GenEvalConfig config;
  private final GradedReward graded;
  private final OnnxDetector detector;
  private final Optional<ColorClassifier> colors;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Loads both networks.
   *
   * @throws UserError when a file is missing or does not fit the settings
   */
  public GenEvalReward(GenEvalConfig config) {
    this.config = config;
    this.graded = new GradedReward(config.clipAtZero());
    config.requireFolder();
    this.detector = new OnnxDetector(config.seeing());
    try {
      this.colors = config.naming().map(c -> new ColorClassifier(c, detector.classes()));
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }

  private GenEvalReward(GenEvalConfig config, GenEvalReward loaded) {
    this.config = config;
    this.graded = new GradedReward(config.clipAtZero());
    this.detector = loaded.detector;
    this.colors = loaded.colors;
  }

  /** The reward with another mode on the same networks. */
  GenEvalReward with(GenEvalConfig other) {
    return new GenEvalReward(other, this);
  }

  @Override
  public float[] scores(List<Verdict> verdicts) {
    return config.mode().scores(verdicts);
  }

  @Override
  public List<Verdict> judge(List<Sample> samples) {
    return samples.stream().map(this::judge).toList(); // ONNX Runtime splits the work itself
  }

  private Verdict judge(Sample sample) {
    Prompt prompt = sample.prompt();
    GenEvalMetadata metadata = GenEvalMetadata.parse(prompt.metadata(), "prompt " + prompt.id());
    requireKnown(metadata, prompt);
    return Verdict.of(metadata, detections(sample.image(), metadata), graded);
  }

  /** A class or colour that nothing can see would be a silent 0. */
  private void requireKnown(GenEvalMetadata metadata, Prompt prompt) {
    List<String> problems =
        unknown(metadata, config.seeing().classes(), detector.classes(), colors.isPresent());
    if (!problems.isEmpty()) {
      throw new UserError(
          "reward geneval: prompt " + prompt.id() + ": " + String.join("; ", problems));
    }
  }

  /** The classes and colours that are asked for and cannot be seen. */
  static List<String> unknown(
      GenEvalMetadata metadata, Path file, List<String> classes, boolean colored) {
    List<String> problems = new ArrayList<>();
    for (Include clause : metadata.include()) {
      if (!classes.contains(clause.className())) {
        problems.add(file + " has no class " + clause.className());
      }
      clause
          .color()
          .filter(c -> !colored || !ColorClassifier.COLORS.contains(c))
          .ifPresent(
              c ->
                  problems.add(
                      colored
                          ? c + " is none of the colours " + ColorClassifier.COLORS
                          : "a colour is asked for, and the key colors names no classifier"));
    }
    return problems;
  }

  /**
   * Colours are looked at only where the rules do: at the best objects, as many as a clause asks
   * for.
   */
  private List<Detection> detections(Image image, GenEvalMetadata metadata) {
    Map<String, Integer> coloured = new HashMap<>();
    metadata.include().stream()
        .filter(clause -> clause.color().isPresent())
        .forEach(clause -> coloured.merge(clause.className(), clause.count(), Math::max));
    List<OnnxDetector.Seen> bestFirst = new ArrayList<>(detector.detect(image));
    bestFirst.sort(Comparator.comparingDouble(OnnxDetector.Seen::score).reversed());
    List<Detection> detections = new ArrayList<>();
    for (OnnxDetector.Seen seen : bestFirst) {
      boolean look =
          seen.score() > LEAST_SCORE && coloured.merge(seen.className(), -1, Integer::sum) >= 0;
      String color = look ? colors.orElseThrow().color(image, seen) : "";
      detections.add(new Detection(seen.className(), seen.score(), seen.box(), color));
    }
    return detections;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      detector.close();
      colors.ifPresent(ColorClassifier::close);
    }
  }
}
