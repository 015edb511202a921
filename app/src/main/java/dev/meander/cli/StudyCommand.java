package dev.meander.cli;

import dev.meander.cli.terminal.Terminal;
import dev.meander.config.UserError;
import dev.meander.recipe.Recipes;
import dev.meander.train.BaseEvaluation;
import dev.meander.train.RunDirectory;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.StopSignal;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainRun;
import dev.meander.train.TrainingPrompts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander study}. */
@Command(
    name = "study",
    header = "Train several recipes with several seeds and compare them.",
    description = {
      "",
      "Every recipe is trained with the first seed, then every recipe with the second, and so on; then comes the table of"
          + " meander compare, and compare.html beside the runs. Given again, the same command goes on where it was stopped: finished runs stay as they are.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander study toybox-flow-grpo toybox-tempflow-v2 toybox-tp-grpo",
      "  meander study quickstart --seeds 1,2,3 --out runs/three",
      "  meander study quickstart mine.yaml --set rollouts=20 --json"
    })
final class StudyCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(
      paramLabel = "RECIPE",
      completionCandidates = CompletionCommand.RecipeNames.class,
      arity = "1..*",
      description = "Bundled recipes' names (see: meander recipes), or YAML files.")
  private List<String> recipes;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Change a setting in all of them; repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,2,3",
      description = "Seeds of the runs (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      defaultValue = "runs/study",
      description = "Where the runs go, as NAME-SEED (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--overwrite",
      description = "Train all of them anew, in the place of runs that lie there.")
  private boolean overwrite;

  private final StopSignal stop = new StopSignal();

  /** One of the study's runs. */
  private record Run(TrainRun training, RunDirectory directory) {}

  @Override
  public Integer call() {
    Terminal terminal = meander.console().terminal(json.on).followsSize();
    List<Run> runs = runs(terminal);
    BaseEvaluation base = new BaseEvaluation();
    Interrupt.advise("To go on, give the same command again.");
    Interrupt.gently(stop, terminal::line);
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      boolean done = !overwrite && FinishedRun.isFinished(run.directory());
      terminal.line(
          "Run %d of %d, %s%s"
              .formatted(
                  i + 1, runs.size(), run.directory().root(), done ? ": finished before" : ""));
      if (!done) {
        run.training().execute(!overwrite && run.directory().exists(), base);
      }
    }
    Comparison.of(runs.stream().map(run -> run.directory().root()).toList())
        .print(meander.console(), json, Optional.of(out.resolve("compare.html")));
    return 0;
  }

  /** Everything is checked before the first is trained, so that a mistake in the last shows now. */
  private List<Run> runs(Terminal terminal) {
    List<Run> runs = new ArrayList<>();
    for (long seed : seeds) {
      for (String recipe : recipes) {
        List<String> all = new ArrayList<>(settings);
        all.add("seed=" + seed);
        TrainConfig config = Recipes.load(recipe, all);
        RunDirectory directory = new RunDirectory(out.resolve(config.name() + "-" + seed));
        if (runs.stream().anyMatch(run -> run.directory().equals(directory))) {
          throw new UserError(
              "two runs of the study would go to %s; give each recipe another name and each seed once"
                  .formatted(directory.root()));
        }
        TrainRun training = TrainProcess.training(config, directory, terminal).stopOn(stop);
        ScorablePrompts.require(config, TrainingPrompts.load(config));
        if (overwrite) {
          training.overwrite();
        } else if (directory.exists()) {
          training.requireSameRecipe();
        }
        runs.add(new Run(training, directory));
      }
    }
    return runs;
  }
}
