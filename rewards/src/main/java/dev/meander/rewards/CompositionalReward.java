package dev.meander.rewards;

import dev.meander.config.UserError;
import dev.meander.prompt.Prompt;
import dev.meander.reward.GenEvalMetadata;
import dev.meander.reward.GradedReward;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.TextScore;
import dev.meander.reward.Verdict;
import dev.meander.toybox.Color;
import dev.meander.toybox.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * GenEval's rules over what {@link ShapeDetector} sees; for prompts tagged {@code text}, the word
 * that {@link SignReader} reads.
 *
 * <p>Samples are scored in parallel and independently, so a score never depends on its batch.
 * Prompts need GenEval's metadata; a prompt without it is a {@link dev.meander.config.UserError}.
 */
public final class CompositionalReward implements TaskEvaluator {
  private static final String TEXT = "text";
  private static final List<String> CLASSES = Stream.of(Shape.values()).map(Shape::word).toList();
  private static final List<String> COLORS = Stream.of(Color.values()).map(Color::word).toList();

  private final CompositionalConfig config;
  private final GradedReward graded;
  private final ShapeDetector detector = new ShapeDetector();
  private final SignReader reader = new SignReader();

  public CompositionalReward(CompositionalConfig config) {
    this.config = config;
    this.graded = new GradedReward(config.clipAtZero());
  }

  /** What keeps a prompt from being scored: its metadata, or what this detector does not see. */
  static List<String> problems(Prompt prompt) {
    if (prompt.metadata().path("tag").asText().equals(TEXT)) {
      return PromptCheck.attempt(() -> TextScore.target(prompt.text()));
    }
    List<String> problems = new ArrayList<>();
    GenEvalMetadata metadata;
    try {
      metadata = GenEvalMetadata.parse(prompt.metadata(), "the prompt");
    } catch (UserError e) {
      return List.of(e.getMessage());
    }
    metadata.include().forEach(i -> known("class", i.className(), CLASSES, problems));
    metadata.include().forEach(i -> i.color().ifPresent(c -> known("color", c, COLORS, problems)));
    metadata.exclude().forEach(e -> known("class", e.className(), CLASSES, problems));
    if (!problems.isEmpty()) {
      problems.add("the reward geneval sees what its detector knows");
    }
    return problems;
  }

  private static void known(String what, String name, List<String> known, List<String> problems) {
    if (!known.contains(name)) {
      problems.add(
          "it sees no %s %s, %s"
              .formatted(
                  what,
                  name,
                  known.contains(name.toLowerCase(Locale.ROOT).strip())
                      ? "did you mean " + name.toLowerCase(Locale.ROOT).strip() + "?"
                      : "known: " + String.join(", ", known)));
    }
  }

  @Override
  public float[] scores(List<Verdict> verdicts) {
    return config.mode().scores(verdicts);
  }

  @Override
  public List<Verdict> judge(List<Sample> samples) {
    return samples.parallelStream().map(this::judge).toList();
  }

  private Verdict judge(Sample sample) {
    return sample.prompt().metadata().path("tag").asText().equals(TEXT)
        ? judgeText(sample)
        : judgeObjects(sample);
  }

  private Verdict judgeObjects(Sample sample) {
    Prompt prompt = sample.prompt();
    GenEvalMetadata metadata = GenEvalMetadata.parse(prompt.metadata(), "prompt " + prompt.id());
    return Verdict.of(metadata, detector.detect(sample.image()), graded);
  }

  private Verdict judgeText(Sample sample) {
    String target = TextScore.target(sample.prompt().text());
    return Verdict.ofText(TEXT, target, reader.read(sample.image()));
  }
}
