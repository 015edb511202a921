package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.cli.terminal.ConsoleSink;
import dev.meander.config.UserError;
import dev.meander.pretrain.PreferenceConfig;
import dev.meander.pretrain.PretrainRecipes;
import dev.meander.pretrain.Pretraining;
import dev.meander.train.RunDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander pretrain}. */
@Command(
    name = "pretrain",
    header = "Make a small model from nothing.",
    description = {
      "",
      "Trains the autoencoder, then text encoders and flow transformer together, on images of a drawn world of"
          + " shapes and signs. The directory then holds model/ in diffusers' layout, checkpoints/, the recipe,"
          + " metrics.jsonl and report.html.",
      "The recipe toybox-preference-model makes the preference model of that world, which the reward pickscore loads, in"
          + " transformers' layout instead.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander pretrain toybox-sd3",
      "  meander pretrain toybox-sd3 --resume",
      "  meander pretrain toybox-preference-model",
      "  meander pretrain toybox-sd3 --set flow_stage.steps=200 --set flow_stage.decay=100 --out runs/tiny"
    })
final class PretrainCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private RecipeOptions recipe;
  @Mixin private JsonOption json;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "The run directory, new or empty (default: runs/RECIPE).")
  private Path out;

  @Option(names = "--resume", description = "Continue what that directory holds.")
  private boolean resume;

  @Option(names = "--overwrite", description = "Delete what that directory holds and begin anew.")
  private boolean overwrite;

  @Override
  public Integer call() {
    if (overwrite && resume) {
      throw new UserError("--overwrite begins anew, --resume goes on: give one of them");
    }
    Pretraining config = PretrainRecipes.load(recipe.recipe, recipe.settings);
    RunDirectory run = new RunDirectory(out == null ? Path.of("runs").resolve(name()) : out);
    Interrupt.advise("To go on, give the same command with --resume.");
    long start = System.nanoTime();
    Path model =
        new PretrainRun(config, run, List.of(new ConsoleSink(meander.console().terminal(json.on))))
            .execute(resume, overwrite);
    if (json.on) {
      meander
          .console()
          .json(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("run", run.root().toString())
                  .put("model", model.toString())
                  .put("seconds", (System.nanoTime() - start) / 1e9));
    } else {
      meander.console().line("Model    " + model);
      meander
          .console()
          .line(
              config instanceof PreferenceConfig
                  ? "Use it   in a recipe: rewards: [{name: pickscore, config: {model: %s}}]"
                      .formatted(model)
                  : "Look     meander generate \"a photo of three squares\" --model " + model);
    }
    return 0;
  }

  /** The recipe's name, or its file's without the ending. */
  private String name() {
    String file = Path.of(recipe.recipe).getFileName().toString();
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }
}
