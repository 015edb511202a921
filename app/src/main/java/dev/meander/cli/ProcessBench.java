package dev.meander.cli;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.weights.Folder;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Short trainings by several numbers of processes of this machine, one after the other.
 *
 * @param recipe what is trained
 * @param settings the changes to that recipe
 * @param err where processes complain
 */
record ProcessBench(String recipe, List<String> settings, PrintStream err) {
  private static final int ROLLOUTS = 4; // the first warms up and does not count

  /**
   * Means over the counted rollouts.
   *
   * @param threads the threads of each process
   * @param rollout the seconds of sampling and scoring
   * @param waiting the seconds of these in which scores alone were waited for, in the first process
   * @param update the seconds of the updates on it
   * @param sums the seconds of the updates in which gradients were summed; 0 with one process
   * @param peers the seconds of both in which a process waited for others, on average
   */
  record Result(
      int processes,
      int threads,
      double rollout,
      double waiting,
      double update,
      double sums,
      double peers,
      double imagesPerSecond) {}

  List<Result> run(List<Integer> processes) {
    if (processes.stream().anyMatch(n -> n < 1)) {
      throw new UserError("--processes must be at least 1");
    }
    return processes.stream().map(this::run).toList();
  }

  private Result run(int processes) {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / processes);
    try {
      Path directory = Files.createTempDirectory("meander-bench");
      try {
        Path run = directory.resolve("run");
        List<String> command = command(run, threads);
        if (LocalProcesses.start(processes, command, err, Redirect.DISCARD).await() != 0) {
          throw new UserError("the training with %d processes failed".formatted(processes));
        }
        return result(processes, threads, MetricsFile.read(run.resolve("metrics.jsonl")));
      } finally {
        Folder.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep a run in the temporary directory", e);
    }
  }

  private List<String> command(Path run, int threads) {
    List<String> changes = new ArrayList<>(settings);
    changes.addAll(
        List.of(
            "rollouts=" + ROLLOUTS,
            "budget=null",
            "threads=" + threads,
            "evaluation.limit=1",
            "evaluation.every=0",
            "checkpoints.every=" + ROLLOUTS,
            "insight.every=0"));
    List<String> command = new ArrayList<>(List.of("train", recipe, "--out", run.toString()));
    changes.forEach(change -> command.addAll(List.of("--set", change)));
    return command;
  }

  private static Result result(int processes, int threads, List<Stamped> metrics) {
    double rollout = 0;
    double waiting = 0;
    double update = 0;
    double sums = 0;
    double peers = 0;
    double images = 0;
    for (Stamped stamped : metrics) {
      if (stamped.event().step() < 2) {
        continue;
      }
      if (stamped.event() instanceof Event.RolloutFinished e) {
        rollout += e.seconds();
        waiting += e.rewardWaitSeconds();
        images += e.images();
      } else if (stamped.event() instanceof Event.UpdateFinished e) {
        update += e.seconds();
      } else if (stamped.event() instanceof Event.ExchangesMeasured e) {
        sums += e.sumSeconds();
        peers += e.waitSeconds();
      }
    }
    int counted = ROLLOUTS - 1;
    return new Result(
        processes,
        threads,
        rollout / counted,
        waiting / counted,
        update / counted,
        sums / counted,
        peers / counted,
        images / (rollout + update));
  }
}
