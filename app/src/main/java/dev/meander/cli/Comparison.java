package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.advantage.Statistics;
import dev.meander.cli.text.Table;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.train.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Finished runs side by side, those of one recipe together. */
final class Comparison {
  private final Map<String, List<Run>> byRecipe = new LinkedHashMap<>();

  private Comparison() {}

  /** The numbers of one run. */
  private record Run(
      Path path,
      String recipe,
      long seed,
      double before,
      double after,
      double images,
      double passes,
      double evaluations,
      double seconds) {
    double gain() {
      return after - before;
    }
  }

  /**
   * Reads the runs.
   *
   * @throws UserError naming a directory that holds no finished run
   */
  static Comparison of(List<Path> runs) {
    Comparison comparison = new Comparison();
    runs.stream()
        .map(Comparison::read)
        .forEach(
            r -> comparison.byRecipe.computeIfAbsent(r.recipe(), name -> new ArrayList<>()).add(r));
    return comparison;
  }

  /** Prints the table, or one JSON document. */
  void print(Console console, JsonOption json) {
    if (json.on) {
      console.json(document());
    } else {
      table().forEach(console::line);
    }
  }

  /** A row for each recipe. */
  private List<String> table() {
    Table table =
        new Table(
            "recipe",
            "runs",
            "before",
            "after",
            "gain",
            "images",
            "passes",
            "evaluations",
            "seconds");
    byRecipe.forEach(
        (recipe, all) ->
            table.row(
                recipe,
                Integer.toString(all.size()),
                score(all, Run::before),
                score(all, Run::after),
                score(all, Run::gain),
                whole(all, Run::images),
                whole(all, Run::passes),
                whole(all, Run::evaluations),
                whole(all, Run::seconds)));
    return table.lines();
  }

  /** Whether the directory holds a run that went to its end. */
  static boolean finished(RunDirectory run) {
    return Files.exists(run.metrics())
        && MetricsFile.read(run.metrics()).stream()
            .anyMatch(stamped -> stamped.event() instanceof Event.RunFinished);
  }

  private static Run read(Path path) {
    RunDirectory directory = new RunDirectory(path);
    if (!Files.exists(directory.recipe()) || !Files.exists(directory.metrics())) {
      throw new UserError(path + " holds no run: there is no recipe.yaml with metrics.jsonl");
    }
    JsonNode recipe = ConfigFile.read(directory.recipe());
    double before = Double.NaN;
    double after = Double.NaN;
    double images = 0;
    double passes = 0;
    double evaluations = 0;
    double seconds = Double.NaN;
    for (Stamped stamped : MetricsFile.read(directory.metrics())) {
      Event event = stamped.event();
      if (event instanceof Event.EvaluationFinished e) {
        before = Double.isNaN(before) ? e.score() : before;
        after = e.score();
      } else if (event instanceof Event.RolloutFinished e) {
        images += e.images();
        passes += e.passes();
        evaluations += e.evaluations();
      } else if (event instanceof Event.RunFinished e) {
        seconds = e.seconds();
      }
    }
    if (Double.isNaN(seconds)) {
      throw new UserError(path + " is not finished; go on with meander train ... --resume");
    }
    return new Run(
        path,
        recipe.path("name").asText(),
        recipe.path("seed").asLong(),
        before,
        after,
        images,
        passes,
        evaluations,
        seconds);
  }

  private static double[] numbers(List<Run> runs, ToDoubleFunction<Run> number) {
    return runs.stream().mapToDouble(number).toArray();
  }

  private static String score(List<Run> runs, ToDoubleFunction<Run> number) {
    String mean = String.format(Locale.ROOT, "%.3f", Statistics.mean(numbers(runs, number)));
    return runs.size() == 1
        ? mean
        : mean + String.format(Locale.ROOT, " ± %.3f", Statistics.sampleStd(numbers(runs, number)));
  }

  private static String whole(List<Run> runs, ToDoubleFunction<Run> number) {
    return String.format(Locale.ROOT, "%,.0f", Statistics.mean(numbers(runs, number)));
  }

  private ObjectNode document() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode recipes = node.putArray("recipes");
    byRecipe.forEach(
        (name, runs) -> {
          ObjectNode recipe = recipes.addObject().put("recipe", name);
          recipe.put("score_before", Statistics.mean(numbers(runs, Run::before)));
          recipe.put("score_after", Statistics.mean(numbers(runs, Run::after)));
          recipe.put("gain", Statistics.mean(numbers(runs, Run::gain)));
          if (runs.size() > 1) {
            recipe.put("gain_std", Statistics.sampleStd(numbers(runs, Run::gain)));
          }
          ArrayNode list = recipe.putArray("runs");
          for (Run run : runs) {
            list.addObject()
                .put("path", run.path().toString())
                .put("seed", run.seed())
                .put("score_before", run.before())
                .put("score_after", run.after())
                .put("images", (long) run.images())
                .put("passes", (long) run.passes())
                .put("evaluations", (long) run.evaluations())
                .put("seconds", run.seconds());
          }
        });
    return node;
  }
}
