package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Keys;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.internal.report.Interval;
import dev.meander.reward.EvaluationScores;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The numbers of a run that went to its end.
 *
 * @param settings its resolved recipe by key, without the seed and what touches neither training
 *     nor scores
 * @param judged by key, what its held-out scores depend on beside the weights
 * @param before the score of the first evaluation
 * @param after the score of the last evaluation
 * @param first the scores by prompt behind {@code before}
 * @param last the scores by prompt behind {@code after}
 */
record FinishedRun(
    Path path,
    String recipe,
    long seed,
    Map<String, String> settings,
    Map<String, String> judged,
    double before,
    double after,
    Optional<EvaluationScores> first,
    Optional<EvaluationScores> last,
    double images,
    double passes,
    double evaluations,
    double seconds) {
  /** What a run's numbers do not depend on, beyond rounding. */
  private static final Pattern WITHOUT_EFFECT =
      Pattern.compile(
          "seed|description|threads|workers|evaluation\\.every|model\\.(embeddings|text_encoders)"
              + "|(distributed|checkpoints|insight|alerts|events|gold_watch|gold_rewards)([.\\[].*)?"
              + "|.*\\.config\\.(endpoints|concurrency|connection)(\\..*)?");

  /** Known of runs that kept their scores by prompt. */
  static final String TEXTS = "texts of the prompts";

  private static final Pattern JUDGED =
      Pattern.compile("evaluation\\..*|model\\.(height|width|tiled_decode)");

  double gain() {
    return after - before;
  }

  /** The gain, paired by prompt; nothing for runs that kept no scores by prompt. */
  Optional<Interval> gainInterval() {
    return first.flatMap(f -> last.flatMap(l -> Interval.paired(l, f)));
  }

  /** Whether the directory holds a run that went to its end. */
  static boolean isFinished(RunDirectory run) {
    return Files.exists(run.metrics())
        && MetricsFile.read(run.metrics()).stream()
            .anyMatch(stamped -> stamped.event() instanceof Event.RunFinished);
  }

  /**
   * Reads a run.
   *
   * @throws UserError when the directory holds none that is finished
   */
  static FinishedRun read(Path path) {
    RunDirectory directory = new RunDirectory(path);
    if (!Files.exists(directory.recipe()) || !Files.exists(directory.metrics())) {
      throw new UserError(path + " holds no run: there is no recipe.yaml with metrics.jsonl");
    }
    double before = Double.NaN;
    double after = Double.NaN;
    long firstStep = 0;
    long lastStep = 0;
    int n = 0;
    double images = 0;
    double passes = 0;
    double evaluations = 0;
    double seconds = Double.NaN;
    for (Stamped stamped : MetricsFile.read(directory.metrics())) {
      Event event = stamped.event();
      if (event instanceof Event.EvaluationFinished e) {
        if (Double.isNaN(before)) {
          before = e.score();
          firstStep = e.step();
        }
        after = e.score();
        lastStep = e.step();
        n = e.n();
      } else if (event instanceof Event.RolloutFinished e) {
        images += e.images();
        passes += e.passes();
        evaluations += e.evaluations();
      } else if (event instanceof Event.RunFinished e) {
        seconds = e.seconds();
      }
    }
    if (Double.isNaN(seconds)) {
      throw new UserError(path + " is not finished; go on with: meander resume " + path);
    }
    ObjectNode recipe = resolved(directory);
    Map<String, String> settings = new TreeMap<>(Keys.settings(recipe));
    settings.keySet().removeIf(key -> WITHOUT_EFFECT.matcher(key).matches());
    Optional<EvaluationScores> last = EvaluationScores.read(path, lastStep);
    Map<String, String> judged = new TreeMap<>(settings);
    judged.keySet().removeIf(key -> !JUDGED.matcher(key).matches());
    judged.put("images evaluated", Integer.toString(n));
    last.ifPresent(l -> judged.put(TEXTS, Integer.toHexString(l.prompts().hashCode())));
    return new FinishedRun(
        path,
        recipe.path("name").asText(),
        recipe.path("seed").asLong(),
        settings,
        judged,
        before,
        after,
        EvaluationScores.read(path, firstStep),
        last,
        images,
        passes,
        evaluations,
        seconds);
  }

  /**
   * The recipe with every setting written out; as it is where its version's settings are not known.
   */
  private static ObjectNode resolved(RunDirectory run) {
    String file = run.recipe().toString();
    try {
      return ConfigWriter.toTree(
          Binder.bind(ConfigFile.read(run.recipe()), TrainConfig.class, file));
    } catch (UserError e) {
      return ConfigFile.read(run.recipe());
    }
  }
}
