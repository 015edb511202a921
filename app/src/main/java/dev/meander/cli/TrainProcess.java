package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.check.Checks;
import dev.meander.cli.check.Line;
import dev.meander.cli.check.Rehearsal;
import dev.meander.cli.terminal.ConsoleSink;
import dev.meander.cli.terminal.Terminal;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.distributed.Alone;
import dev.meander.distributed.Launch;
import dev.meander.distributed.PeerFailed;
import dev.meander.distributed.Peers;
import dev.meander.reward.EvaluationScores;
import dev.meander.tensor.Engine;
import dev.meander.train.PromptSource;
import dev.meander.train.RewardSet;
import dev.meander.train.RunDirectory;
import dev.meander.train.RunInterrupted;
import dev.meander.train.StopSignal;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainRun;
import dev.meander.train.Trainer;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;

/**
 * This process's part of a training run: all of it, one of several processes, or their parent.
 *
 * @param recipe the recipe's name or file, for commands that are suggested
 */
record TrainProcess(
    Meander meander, TrainOptions options, TrainConfig config, RunDirectory run, String recipe) {
  private static volatile boolean shared;

  /** Whether this process is one of several that train together. */
  static boolean isShared() {
    return shared;
  }

  /**
   * Trains to the end.
   *
   * @param resume whether to continue the run that the directory holds
   * @param goOn the same where it holds one
   * @param overwrite take the place of the one that it holds
   * @return the exit status
   */
  int start(boolean resume, boolean goOn, boolean overwrite) {
    Launch launch = Launch.here();
    int processes = options.processes;
    if (processes < 1 || (processes > 1 && launch.size() > 1)) {
      throw new UserError(
          processes < 1
              ? LocalProcesses.OPTION + " must be at least 1, found " + processes
              : "this is one of %d processes that a launcher started; %s is for one machine without any"
                  .formatted(launch.size(), LocalProcesses.OPTION));
    }
    if (processes > 1) {
      List<String> arguments = options.command.root().commandLine().getParseResult().originalArgs();
      return LocalProcesses.start(processes, arguments, meander.console().err()).await();
    }
    if (launch.size() == 1) {
      return train(new Alone(), resume || goOn && run.exists(), overwrite);
    }
    shared = true;
    Engine.start(config.threads(), config.workers());
    launch.use(config.model().device());
    try (Peers peers = launch.join(config.distributed().patience())) {
      boolean again = resume || (goOn || launch.isRestart()) && run.exists();
      return train(peers, again, overwrite);
    }
  }

  private int train(Peers peers, boolean resume, boolean overwrite) {
    boolean json = options.json.on;
    Terminal terminal = meander.console().terminal(json).followsSize();
    Interrupt.advise("To go on: meander resume " + run.root());
    StopSignal stop = new StopSignal();
    TrainRun training = training(config, run, terminal).with(peers).stopOn(stop);
    if (options.changedInputs) {
      training.allowChangedInputs();
    }
    if (overwrite) {
      training.overwrite();
    }
    if (!peers.isFirst()) {
      return follow(training, resume, stop);
    }
    Trainer.Summary summary;
    try (RewardSet rewards = new RewardSet()) {
      if (peers.size() == 1 && (overwrite || resume == run.exists())) {
        look(rewards, terminal);
      }
      Interrupt.gently(stop, terminal::line);
      summary = training.execute(resume, rewards);
    }
    if (json) {
      meander.json(document(summary));
    } else {
      sayWhatNext();
    }
    return 0;
  }

  /** A run that is there is what resuming is for, and is refused in other words where it is not. */
  private boolean isKnown(Line line) {
    return line.subject().equals("disk") && run.exists();
  }

  /** What can be known before the model is loaded. */
  private void look(RewardSet rewards, Terminal terminal) {
    Problems problems = new Problems();
    try (Rehearsal rehearsal =
        new Rehearsal(config, run.root(), OptionalLong.empty(), rewards, terminal)) {
      Checks.ofTheFirstSeconds(config)
          .run(
              rehearsal,
              line -> {
                String text = line.subject() + ": " + line.text();
                if (line.level() == Line.Level.PROBLEM) {
                  problems.add(text);
                } else if (line.level() == Line.Level.WARNING && !isKnown(line)) {
                  terminal.line("warning: " + text);
                }
              });
    }
    problems.throwIfAny("the run cannot begin (meander check says more)");
  }

  /** Beside the first process, which tells the user what it hears, too. */
  private static int follow(TrainRun training, boolean resume, StopSignal stop) {
    Interrupt.instead(() -> {});
    Interrupt.gently(stop, word -> {});
    try {
      training.execute(resume);
      return 0;
    } catch (RunInterrupted e) {
      return Interrupt.STATUS;
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
        config,
        run,
        List.of(new ConsoleSink(terminal, config.evaluation().every())),
        terminal,
        InstantSource.system());
  }

  private void sayWhatNext() {
    Console console = meander.console();
    console.line("");
    console.line("Report   " + run.report() + "  (open it in a browser)");
    console.line("Adapter  " + run.adapter());
    if (Files.isDirectory(run.bestAdapter())) {
      console.line("Best     " + run.bestAdapter() + "  (of the best evaluation)");
    }
    console.line("Explain  meander explain " + run.root());
    console.line("Judge    meander eval " + recipe + " --adapter " + run.adapter());
    console.line("Look     " + look());
  }

  /** Draws the held-out prompt that shows best what was learned. */
  private String look() {
    String model = config.model().path();
    String prompt =
        EvaluationScores.read(run.root(), config.rollouts())
            .map(after -> after.mostImproved(EvaluationScores.read(run.root(), 0)))
            .orElseGet(() -> PromptSource.load(config.evaluation().prompts()).get(0).text());
    return "meander generate %s%s --adapter %s --count 4"
        .formatted(
            prompt.matches("[\\p{L}\\p{N} ,.-]+")
                ? '"' + prompt + '"'
                : "'" + prompt.replace("'", "'\\''") + "'",
            model.equals("models/toybox-sd3") ? "" : " --model " + model,
            run.adapter());
  }

  private ObjectNode document(Trainer.Summary s) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", config.name()).put("run", run.root().toString());
    node.put("adapter", run.adapter().toString());
    if (Files.isDirectory(run.bestAdapter())) {
      node.put("adapter_best", run.bestAdapter().toString());
    }
    node.put("report", run.report().toString());
    node.put("score_before", s.scoreBefore()).put("score_after", s.scoreAfter());
    node.put("rollouts", config.rollouts()).put("optimizer_updates", s.updates());
    return node.put("images", s.images()).put("seconds", s.seconds());
  }
}
