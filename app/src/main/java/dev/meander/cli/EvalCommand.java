package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.event.Progress;
import dev.meander.generate.TrainedWeights;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.recipe.Recipes;
import dev.meander.text.CutPrompts;
import dev.meander.train.Evaluator;
import dev.meander.train.PromptSource;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.TrainConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander eval}. */
@Command(
    name = "eval",
    header = "Score a model on a recipe's held-out prompts.",
    description = {
      "",
      "Samples every held-out prompt from the recipe's fixed noise and lets its judge score the images. Two models"
          + " judged with the same recipe are compared in pairs: same prompts, same noise.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander eval quickstart                                    the model before training",
      "  meander eval quickstart --adapter runs/quickstart          the same, trained",
      "  meander eval quickstart --set evaluation.guidance=3 --json",
      "",
      "The JSON document: score, tasks (score by task), n (images), seed, steps, guidance, model, adapter, seconds."
    })
final class EvalCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private RecipeOptions recipe;
  @Mixin private JsonOption json;

  @Option(
      names = {"-a", "--adapter"},
      paramLabel = "DIR",
      description =
          "What a run trained: its adapter, or the run directory (default: the bare model).")
  private Path adapter;

  @Override
  public Integer call() {
    TrainConfig config = Recipes.load(recipe.recipe, recipe.settings);
    TrainConfig.Evaluation evaluation = config.evaluation();
    PromptSet prompts = PromptSource.load(evaluation.prompts());
    ScorablePrompts.requireHeldOut(evaluation, prompts);
    try (JudgedModel model = JudgedModel.load(config, prompts)) {
      if (adapter != null) {
        TrainedWeights.apply(model.pipeline(), adapter);
      }
      List<String> texts = prompts.prompts().stream().map(Prompt::text).toList();
      CutPrompts.message(model.pipeline().prompts().limits(), texts).ifPresent(this::warn);
      Progress.Source progress = meander.console().terminal(json.on);
      long start = System.nanoTime();
      Evaluator.Result result = model.evaluator().run(progress);
      report(config, result, (System.nanoTime() - start) / 1e9);
      ScorablePrompts.unused(prompts).ifPresent(this::warn);
    }
    return 0;
  }

  private void warn(String text) {
    meander.console().err().println("warning: " + text);
  }

  private void report(TrainConfig config, Evaluator.Result result, double seconds) {
    if (json.on) {
      meander.json(document(config, result, seconds));
      return;
    }
    Table table = new Table("task", "score");
    result.tasks().means().forEach((task, score) -> table.row(task, number(score)));
    table.row("overall", number(result.score()));
    meander.print(table);
    meander.line(
        "%d images of %s, seed %d, guidance %s, %d steps, %.0f s"
            .formatted(
                result.samples().size(),
                config.evaluation().prompts(),
                config.evaluation().seed(),
                config.evaluation().guidance(),
                config.evaluation().steps(),
                seconds));
  }

  private static String number(double score) {
    return String.format(Locale.ROOT, "%.3f", score);
  }

  private ObjectNode document(TrainConfig config, Evaluator.Result result, double seconds) {
    TrainConfig.Evaluation evaluation = config.evaluation();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("score", result.score());
    ObjectNode tasks = node.putObject("tasks");
    result.tasks().means().forEach(tasks::put);
    node.put("n", result.samples().size()).put("seed", evaluation.seed());
    node.put("steps", evaluation.steps()).put("guidance", evaluation.guidance());
    node.put("prompts", evaluation.prompts()).put("reward", evaluation.reward().name());
    node.put("recipe", recipe.recipe).put("model", config.model().directory().toString());
    node.put("adapter", adapter == null ? null : adapter.toString());
    return node.put("seconds", seconds);
  }
}
