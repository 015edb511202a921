package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.terminal.ConsoleSink;
import dev.meander.cli.terminal.Terminal;
import dev.meander.config.UserError;
import dev.meander.distributed.Alone;
import dev.meander.distributed.Launch;
import dev.meander.distributed.PeerFailed;
import dev.meander.distributed.Peers;
import dev.meander.recipe.Recipes;
import dev.meander.tensor.Engine;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainRun;
import dev.meander.train.Trainer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

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
      "  meander train quickstart --resume      goes on after the last checkpoint",
      "  meander train quickstart --processes 2 trains with two processes",
      "  meander recipes show quickstart        prints the recipe, to be copied and changed"
    })
final class TrainCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private RecipeOptions recipe;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

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
      names = "--allow-changed-inputs",
      description =
          "Resume although files of the model, the prompts or the rewards are not those that the run"
              + " was started with.")
  private boolean changedInputs;

  @Option(
      names = "--continue",
      description =
          "Start the run, or resume it if the directory holds one: for launchers that give the same"
              + " command again.")
  private boolean goOn;

  @Option(
      names = LocalProcesses.OPTION,
      paramLabel = "N",
      description =
          "Train with N processes on this machine, each with a GPU of its own on cuda. Several machines need"
              + " a launcher: docs/distributed.md.")
  private int processes = 1;

  private static volatile boolean shared;

  /** Whether this process is one of several that train together. */
  static boolean isShared() {
    return shared;
  }

  @Override
  public Integer call() {
    TrainConfig config = Recipes.load(recipe.recipe, recipe.settings);
    Launch launch = Launch.here();
    if (processes < 1 || (processes > 1 && launch.size() > 1)) {
      throw new UserError(
          processes < 1
              ? LocalProcesses.OPTION + " must be at least 1, found " + processes
              : "this is one of %d processes that a launcher started; %s is for one machine without any"
                  .formatted(launch.size(), LocalProcesses.OPTION));
    }
    if (processes > 1) {
      List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
      return LocalProcesses.start(processes, arguments, meander.console().err()).await();
    }
    if (launch.size() == 1) {
      return train(config, new Alone(), launch);
    }
    shared = true;
    Engine.start(config.threads(), config.workers());
    launch.use(config.model().device());
    try (Peers peers = launch.join(config.distributed().patience())) {
      return train(config, peers, launch);
    }
  }

  private int train(TrainConfig config, Peers peers, Launch launch) {
    RunDirectory run = new RunDirectory(out == null ? Path.of("runs").resolve(config.name()) : out);
    Terminal terminal = meander.console().terminal(json.on);
    Interrupt.advise("To go on, give the same command with --resume.");
    TrainRun training = training(config, run, terminal).with(peers);
    if (changedInputs) {
      training.allowChangedInputs();
    }
    boolean goesOn = resume || ((goOn || launch.isRestart()) && run.exists());
    if (!peers.isFirst()) {
      return follow(training, goesOn);
    }
    Trainer.Summary summary = training.execute(goesOn);
    if (json.on) {
      meander.console().json(document(config, run, summary));
    } else {
      sayWhatNext(run);
    }
    return 0;
  }

  /** Beside the first process, which tells the user what it hears, too. */
  private static int follow(TrainRun training, boolean resume) {
    Interrupt.instead(() -> {});
    try {
      training.execute(resume);
      return 0;
    } catch (RuntimeException e) {
      if (e instanceof PeerFailed || e.getCause() instanceof PeerFailed) {
        return Failures.FAILED;
      }
      throw e;
    }
  }

  /** A run that is shown on the terminal. */
  static TrainRun training(TrainConfig config, RunDirectory run, Terminal terminal) {
    return new TrainRun(
        config, run, List.of(new ConsoleSink(terminal)), terminal, InstantSource.system());
  }

  private void sayWhatNext(RunDirectory run) {
    Console console = meander.console();
    console.line("");
    console.line("Report   " + run.report() + "  (open it in a browser)");
    console.line("Adapter  " + run.adapter());
    console.line("Explain  meander explain " + run.root());
    console.line("Judge    meander eval " + recipe.recipe + " --adapter " + run.adapter());
    console.line(
        "Look     meander generate \"a photo of two red circles\" --adapter " + run.adapter());
  }

  private static ObjectNode document(TrainConfig config, RunDirectory run, Trainer.Summary s) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", config.name()).put("run", run.root().toString());
    node.put("adapter", run.adapter().toString()).put("report", run.report().toString());
    node.put("score_before", s.scoreBefore()).put("score_after", s.scoreAfter());
    node.put("rollouts", config.rollouts()).put("optimizer_updates", s.updates());
    return node.put("images", s.images()).put("seconds", s.seconds());
  }
}
