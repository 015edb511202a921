package dev.meander.internal.report;

import dev.meander.config.UserError;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One sample of a trace, to be explained.
 *
 * @param trace the trace of its rollout
 * @param row its place in the trace
 * @param sample its number within its group, from 0
 */
public record Trajectory(RolloutTrace trace, int row, int sample) {
  private static final int LISTED = 8;

  /**
   * One stochastic step of the sample, in the eyes of one reward.
   *
   * @param step the step of the schedule
   * @param before the reward that its change is measured against, of branches the trunk's; NaN
   *     where it is not known
   * @param reward the reward after it; NaN where no image shows it
   * @param change the change of the reward; NaN where it is not known
   * @param credit the credit that the step earned
   * @param turningPoint whether it was paid for what came after it too
   * @param advantage the advantage over its group at that step, of all rewards together
   * @param weight the weight in the loss
   * @param trained whether the update looked at it
   */
  public record Step(
      int step,
      double before,
      double reward,
      double change,
      double credit,
      boolean turningPoint,
      double advantage,
      double weight,
      boolean trained) {}

  /**
   * Finds a sample among a run's traces.
   *
   * <p>What is not given is chosen: the latest rollout, one with pictures before one without; of
   * its samples the one with the most turning points, or else with the largest advantage.
   *
   * @param rollout the rollout's number, counted from 1
   * @param prompt the text, or a part of it in any case
   * @param sample its number within its group
   * @throws UserError when the run has no such trace, prompt or sample
   */
  public static Trajectory find(
      TraceStore store, OptionalLong rollout, Optional<String> prompt, OptionalInt sample) {
    List<Long> known = store.rollouts();
    if (known.isEmpty()) {
      throw new UserError(
          store.run()
              + " has no traces: its first rollout is not finished, or it is older than they are");
    }
    if (rollout.isPresent() && !known.contains(rollout.getAsLong())) {
      throw new UserError(
          "%s has no trace of rollout %d; it has %d to %d"
              .formatted(
                  store.run(), rollout.getAsLong(), known.get(0), known.get(known.size() - 1)));
    }
    for (long candidate : rollout.isPresent() ? List.of(rollout.getAsLong()) : order(store)) {
      RolloutTrace trace = store.read(candidate);
      List<Integer> rows = rows(trace, prompt);
      if (!rows.isEmpty()) {
        return choose(trace, rows, prompt.isPresent(), sample);
      }
    }
    throw new UserError(noPrompt(store, rollout, prompt.orElse("")));
  }

  /** The rollouts, those with pictures first, the latest first. */
  private static List<Long> order(TraceStore store) {
    return store.rollouts().stream()
        .sorted(
            Comparator.comparing((Long r) -> !Files.exists(store.sheet(r)))
                .thenComparing(Comparator.reverseOrder()))
        .toList();
  }

  /** The rows of that prompt; of the first group that has pictures, when there is a choice. */
  private static List<Integer> rows(RolloutTrace trace, Optional<String> prompt) {
    String wanted = prompt.orElse("").strip().toLowerCase(Locale.ROOT);
    List<Integer> all =
        IntStream.range(0, trace.rows().size())
            .filter(i -> trace.rows().get(i).prompt().toLowerCase(Locale.ROOT).contains(wanted))
            .boxed()
            .toList();
    List<Integer> same = all.stream().filter(i -> lower(trace, i).equals(wanted)).toList();
    List<Integer> matching = same.isEmpty() ? all : same;
    List<Integer> seen =
        matching.stream().filter(i -> !trace.rows().get(i).pictures().isEmpty()).toList();
    List<Integer> best = seen.isEmpty() ? matching : seen;
    if (best.isEmpty() || prompt.isEmpty()) {
      return best;
    }
    long group = trace.rows().get(best.get(0)).group();
    return best.stream().filter(i -> trace.rows().get(i).group() == group).toList();
  }

  private static String lower(RolloutTrace trace, int row) {
    return trace.rows().get(row).prompt().toLowerCase(Locale.ROOT);
  }

  private static Trajectory choose(
      RolloutTrace trace, List<Integer> rows, boolean oneGroup, OptionalInt sample) {
    if (sample.isPresent()) {
      long group = trace.rows().get(rows.get(0)).group();
      List<Integer> members =
          oneGroup
              ? rows
              : rows.stream().filter(i -> trace.rows().get(i).group() == group).toList();
      if (sample.getAsInt() < 0 || sample.getAsInt() >= members.size()) {
        throw new UserError(
            "there is no sample %d: the group has 0 to %d"
                .formatted(sample.getAsInt(), members.size() - 1));
      }
      return new Trajectory(trace, members.get(sample.getAsInt()), sample.getAsInt());
    }
    int best =
        rows.stream()
            .min(
                Comparator.comparingInt((Integer i) -> -points(trace.rows().get(i)))
                    .thenComparingDouble(i -> -largest(trace.rows().get(i).advantages())))
            .orElseThrow();
    return new Trajectory(trace, best, number(trace, best));
  }

  private static int number(RolloutTrace trace, int row) {
    int first = row;
    while (first > 0 && trace.rows().get(first - 1).group() == trace.rows().get(row).group()) {
      first--;
    }
    return row - first;
  }

  private static int points(RolloutTrace.Row row) {
    int count = 0;
    for (RolloutTrace.Term term : row.terms()) {
      for (boolean point : term.turningPoints()) {
        count += point ? 1 : 0;
      }
    }
    return count;
  }

  private static double largest(float[] advantages) {
    double largest = 0;
    for (float advantage : advantages) {
      largest = Math.max(largest, Math.abs(advantage));
    }
    return largest;
  }

  private static String noPrompt(TraceStore store, OptionalLong rollout, String wanted) {
    if (rollout.isEmpty()) {
      return "no rollout of %s has a prompt with \"%s\"; name a rollout with --step to see its prompts"
          .formatted(store.run(), wanted);
    }
    List<String> prompts =
        store.read(rollout.getAsLong()).rows().stream()
            .map(RolloutTrace.Row::prompt)
            .distinct()
            .toList();
    String more = prompts.size() > LISTED ? " and %d more".formatted(prompts.size() - LISTED) : "";
    return "rollout %d has no prompt with \"%s\"; it has: %s%s"
        .formatted(
            rollout.getAsLong(),
            wanted,
            prompts.stream().limit(LISTED).collect(Collectors.joining("; ")),
            more);
  }

  /** The sample's own numbers. */
  public RolloutTrace.Row numbers() {
    return trace.rows().get(row);
  }

  /** Whether the other branches of its noise leave this sample. */
  public boolean isTrunk() {
    return trace.kind() == RolloutTrace.Kind.BRANCHES && numbers().trunk();
  }

  /** The sample's stochastic steps as one reward saw them. */
  public List<Step> steps(RolloutTrace.Term term) {
    List<Step> steps = new ArrayList<>();
    for (int j = 0; j < trace.steps().length; j++) {
      steps.add(
          new Step(
              trace.steps()[j],
              trace.before(term, j),
              trace.after(term, j),
              trace.change(term, j),
              term.credit()[j],
              term.turningPoints()[j],
              numbers().advantages()[j],
              trace.weights()[j],
              numbers().trained()[j]));
    }
    return steps;
  }

  /** The reward before the first stochastic step; NaN where it was not scored. */
  public double start(RolloutTrace.Term term) {
    return switch (trace.kind()) {
      case FINAL -> Double.NaN;
      case STEPS -> term.rewards()[0];
      case BRANCHES -> term.trunk().length == 0 ? Double.NaN : term.trunk()[0];
    };
  }
}
