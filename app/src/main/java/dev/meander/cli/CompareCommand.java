package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander compare}. */
@Command(
    name = "compare",
    header = "Put finished runs side by side, runs of one recipe together.",
    description = {
      "",
      "For each recipe: the held-out score before and after and its gain (mean and standard deviation over the runs), and"
          + " what a run cost: images, passes of the network, latents through it, seconds of training.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander compare runs/*",
      "  meander compare runs/q1 runs/q2 --json"
    })
final class CompareCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directories of finished runs.")
  private List<Path> runs;

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

  @Override
  public Integer call() {
    Map<String, List<Run>> byRecipe = new LinkedHashMap<>();
    runs.stream()
        .map(CompareCommand::read)
        .forEach(r -> byRecipe.computeIfAbsent(r.recipe(), name -> new ArrayList<>()).add(r));
    if (json.on) {
      meander.console().json(document(byRecipe));
      return 0;
    }
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
    table.lines().forEach(meander.console()::line);
    return 0;
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

  private static double mean(List<Run> runs, ToDoubleFunction<Run> number) {
    return runs.stream().mapToDouble(number).average().orElseThrow();
  }

  /** Of the sample; NaN for one run. */
  private static double std(List<Run> runs, ToDoubleFunction<Run> number) {
    double mean = mean(runs, number);
    double squares = runs.stream().mapToDouble(number).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (runs.size() - 1));
  }

  private static String score(List<Run> runs, ToDoubleFunction<Run> number) {
    String mean = String.format(Locale.ROOT, "%.3f", mean(runs, number));
    return runs.size() == 1
        ? mean
        : mean + String.format(Locale.ROOT, " ± %.3f", std(runs, number));
  }

  private static String whole(List<Run> runs, ToDoubleFunction<Run> number) {
    return String.format(Locale.ROOT, "%,.0f", mean(runs, number));
  }

  private static ObjectNode document(Map<String, List<Run>> byRecipe) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode recipes = node.putArray("recipes");
    byRecipe.forEach(
        (name, runs) -> {
          ObjectNode recipe = recipes.addObject().put("recipe", name);
          recipe.put("score_before", mean(runs, Run::before));
          recipe.put("score_after", mean(runs, Run::after));
          recipe.put("gain", mean(runs, Run::gain));
          if (runs.size() > 1) {
            recipe.put("gain_std", std(runs, Run::gain));
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
