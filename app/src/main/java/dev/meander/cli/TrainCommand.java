package dev.meander.cli;

import dev.meander.config.UserError;
import dev.meander.recipe.Recipes;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander train}. */
@Command(
    name = "train",
    header = "Train a model by reinforcement learning.",
    description = {
      "",
      "The run directory then holds the resolved recipe, metrics.jsonl, TensorBoard files, sample images,"
          + " checkpoints, the trained adapter (PEFT's and diffusers' files; beside a moving average adapter-raw too) and"
          + " report.html.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander train quickstart",
      "  meander train quickstart --set seed=2 --out runs/second",
      "  meander train quickstart --overwrite   begins anew in the place of the last run",
      "  meander train quickstart --resume      goes on after the last checkpoint",
      "  meander resume runs/quickstart         the same, whatever the run was started with",
      "  meander train quickstart --processes 2 trains with two processes",
      "  meander recipes show quickstart        prints the recipe, to be copied and changed"
    })
final class TrainCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private RecipeOptions recipe;
  @Mixin private TrainOptions options;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "The run directory, new or empty (default: runs/NAME of the recipe).")
  private Path out;

  @Option(
      names = "--resume",
      description = "Continue the run in that directory, exactly as if it had not stopped.")
  private boolean resume;

  @Option(
      names = "--continue",
      description =
          "Start the run, or resume it if the directory holds one: for launchers that give the same"
              + " command again.")
  private boolean goOn;

  @Option(
      names = "--overwrite",
      description =
          "Delete the run that the directory holds, once the new one can begin, and take its place.")
  private boolean overwrite;

  @Override
  public Integer call() {
    if (overwrite && (resume || goOn)) {
      throw new UserError(
          "--overwrite begins anew, --resume and --continue go on: give one of them");
    }
    TrainConfig config = Recipes.load(recipe.recipe, recipe.settings);
    RunDirectory run = new RunDirectory(out == null ? Path.of("runs").resolve(config.name()) : out);
    return new TrainProcess(meander, options, config, run, recipe.recipe)
        .start(resume, goOn, overwrite);
  }
}
