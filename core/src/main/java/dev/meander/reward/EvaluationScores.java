package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.weights.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The score of every image of an evaluation: what two evaluations with the same noise are compared
 * by, image by image.
 *
 * @param prompts the texts in order
 * @param tags the task of each prompt
 * @param imagesPerPrompt how many images each prompt has
 * @param scores those of the first prompt's images, then of the second's, and so on
 */
public record EvaluationScores(
    List<String> prompts, List<String> tags, int imagesPerPrompt, double[] scores) {
  public EvaluationScores {
    prompts = List.copyOf(prompts);
    tags = List.copyOf(tags);
  }

  /** Other scores of the same images. */
  public EvaluationScores with(double[] others) {
    return new EvaluationScores(prompts, tags, imagesPerPrompt, others);
  }

  /** The mean score of each prompt. */
  public double[] byPrompt() {
    double[] means = new double[prompts.size()];
    for (int i = 0; i < scores.length; i++) {
      means[i / imagesPerPrompt] += scores[i] / imagesPerPrompt;
    }
    return means;
  }

  /**
   * The prompt whose score rose most since an earlier evaluation, of several the one with the
   * highest score; without an earlier one, or after one of other prompts, the one with the highest
   * score.
   */
  public String mostImproved(Optional<EvaluationScores> earlier) {
    double[] now = byPrompt();
    double[] then =
        earlier
            .filter(e -> e.prompts.equals(prompts))
            .map(EvaluationScores::byPrompt)
            .orElseGet(() -> new double[now.length]);
    int best = 0;
    for (int i = 1; i < now.length; i++) {
      double more = (now[i] - then[i]) - (now[best] - then[best]);
      if (more > 0 || (more == 0 && now[i] > now[best])) {
        best = i;
      }
    }
    return prompts.get(best);
  }

  /** {@code evaluations/step-N.json} of a run. */
  private static Path file(Path run, long step) {
    return run.resolve("evaluations").resolve("step-%06d.json".formatted(step));
  }

  /**
   * Writes them into the folder of a run.
   *
   * @param step the rollouts before the evaluation
   */
  public void write(Path run, long step) {
    write(file(run, step));
  }

  /** Writes them into a file. */
  public void write(Path file) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("images_per_prompt", imagesPerPrompt);
    ArrayNode texts = node.putArray("prompts");
    prompts.forEach(texts::add);
    ArrayNode tasks = node.putArray("tags");
    tags.forEach(tasks::add);
    ArrayNode numbers = node.putArray("scores");
    for (double score : scores) {
      numbers.add(score);
    }
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UserError("cannot create " + file.getParent() + ": " + StrictJson.fault(e), e);
    }
    AtomicFile.write(file, node.toString() + "\n");
  }

  /**
   * What a run kept of the evaluation after {@code step} rollouts; nothing for runs of before there
   * were such files.
   *
   * @throws UserError when the file is damaged
   */
  public static Optional<EvaluationScores> read(Path run, long step) {
    return read(file(run, step));
  }

  /**
   * What {@link #write(Path)} left; nothing where there is no such file.
   *
   * @throws UserError when the file is damaged
   */
  public static Optional<EvaluationScores> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    JsonNode node = ConfigFile.read(file);
    double[] scores = new double[node.path("scores").size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = node.path("scores").get(i).asDouble(Double.NaN);
    }
    List<String> prompts = texts(node.path("prompts"));
    List<String> tags = texts(node.path("tags"));
    int each = node.path("images_per_prompt").asInt();
    if (each < 1 || tags.size() != prompts.size() || scores.length != prompts.size() * each) {
      throw new UserError(file + " is damaged: its prompts, tags and scores do not fit together");
    }
    return Optional.of(new EvaluationScores(prompts, tags, each, scores));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
