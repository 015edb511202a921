package dev.meander.cli;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.recipe.Recipes;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander resume}. */
@Command(
    name = "resume",
    header = "Go on with a run that was stopped.",
    description = {
      "",
      "The run knows its recipe: it goes on after its last checkpoint, exactly as if it had not stopped.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander resume runs/quickstart",
      "  meander resume runs/quickstart --set rollouts=120   and trains longer"
    })
final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private TrainOptions options;

  @Parameters(paramLabel = "RUN", description = "The run directory.")
  private Path run;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description =
          "Change what a run may change: rollouts, checkpoints, alerts, events, where reward servers are; repeatable.")
  private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() {
    RunDirectory directory = new RunDirectory(run);
    if (!directory.exists()) {
      throw new UserError(run + " holds no run to resume: there is no recipe.yaml");
    }
    String recipe = directory.recipe().toString();
    List<String> all = new ArrayList<>(settings);
    if (Recipes.load(recipe, settings).budget().isEmpty()) {
      rollouts(directory).ifPresent(n -> all.add(0, "rollouts=" + n));
    }
    TrainConfig config = Recipes.load(recipe, all);
    return new TrainProcess(meander, options, config, directory, recipe).start(true, false, false);
  }

  /** The rollouts that the run was to have when it was started or resumed for the last time. */
  private static OptionalLong rollouts(RunDirectory run) {
    return Files.exists(run.metrics())
        ? MetricsFile.read(run.metrics()).stream()
            .map(Stamped::event)
            .filter(Event.RunStarted.class::isInstance)
            .mapToLong(e -> ((Event.RunStarted) e).totalSteps())
            .reduce((earlier, last) -> last)
        : OptionalLong.empty();
  }
}
