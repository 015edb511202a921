package dev.meander.cli.terminal;

import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.Stamped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tells people how a run goes: a live line on a terminal, plain lines at intervals elsewhere, and a
 * table at the end.
 */
public final class ConsoleSink implements EventSink {
  private static final Duration PLAIN_LINE = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final int evaluatedEvery;
  private final Pace pace = new Pace();
  private final ConsoleSummary summary = new ConsoleSummary();
  private long total;
  private boolean evaluates;
  private Instant nextPlainLine = Instant.MIN;
  private double reward = Double.NaN;
  private double evaluationSeconds;
  private String sampled = "";
  private boolean firstRatioShown;
  private String lastWarning = "";

  /** What is shown of pretraining, and of a run that is evaluated at its ends alone. */
  public ConsoleSink(Terminal terminal) {
    this(terminal, 0);
  }

  /**
   * Names where a run is shown.
   *
   * @param evaluatedEvery the steps from one evaluation to the next, for the time that is left; 0
   *     for none but the last
   */
  public ConsoleSink(Terminal terminal, int evaluatedEvery) {
    this.terminal = terminal;
    this.evaluatedEvery = evaluatedEvery;
  }

  @Override
  public void accept(Stamped stamped) {
    Event event = stamped.event();
    Instant now = stamped.time();
    summary.add(event);
    if (event instanceof Event.RunStarted run) {
      evaluates = true;
      begin(stamped, "Run " + run.name(), run.totalSteps(), run.resumedAt());
    } else if (event instanceof Event.StageStarted stage) {
      begin(stamped, "Stage " + stage.stage(), stage.totalSteps(), stage.resumedAt());
    } else if (event instanceof Event.StepProgressed at) {
      within(now, at);
    } else if (event instanceof Event.RolloutFinished rollout) {
      reward = rollout.rewardMean();
    } else if (event instanceof Event.UpdateFinished update) {
      progress(now, "step", update.step(), numbers(update));
    } else if (event instanceof Event.PretrainProgress going) {
      progress(now, going.stage(), going.step(), numbers(going));
    } else if (event instanceof Event.RunFinished end) {
      terminal.clearStatus();
      List<String> table = summary.table(end);
      terminal.line(terminal.paint(Terminal.Paint.GOOD, table.get(0)));
      table.subList(1, table.size()).forEach(terminal::line);
    } else {
      if (event instanceof Event.EvaluationFinished evaluation) {
        evaluationSeconds = evaluation.seconds();
      }
      remark(event).forEach(terminal::line);
      if (!(event instanceof Event.Message)) {
        leaveOut(event, now);
      }
    }
  }

  /** What is done between steps is no part of their pace. */
  private void leaveOut(Event event, Instant now) {
    if (event instanceof Event.EvaluationFinished
        || event instanceof Event.CheckpointSaved
        || event instanceof Event.SamplesDrawn) {
      pace.skip(now);
    }
  }

  private void begin(Stamped stamped, String what, long total, long resumedAt) {
    this.total = total;
    pace.start(resumedAt, stamped.time());
    nextPlainLine = stamped.time();
    String tail = resumedAt > 0 ? ", resuming after step " + Human.count(resumedAt) : "";
    terminal.line(what + ": " + Human.count(total) + " steps" + tail);
  }

  /** What to say about an update, the most telling first. */
  private List<String> numbers(Event.UpdateFinished update) {
    List<String> numbers = new ArrayList<>();
    if (!Double.isNaN(reward)) {
      numbers.add("reward " + Human.number(reward));
    }
    numbers.add("|ratio-1| " + Human.number(update.ratioMaxDeviation()));
    if (!Double.isNaN(update.kl())) {
      numbers.add("kl " + Human.number(update.kl()));
    }
    return numbers;
  }

  private static List<String> numbers(Event.PretrainProgress going) {
    return List.of(
        "loss " + Human.number(going.loss()),
        Human.rate(going.samplesPerSecond(), "samples", "sample"));
  }

  private void progress(Instant now, String label, long step, List<String> numbers) {
    pace.mark(step, now);
    List<String> parts = new ArrayList<>(numbers);
    if (step < total) {
      parts.add(Math.min(1, parts.size()), left(step, now));
    }
    parts.add(Human.rate(1 / pace.secondsPerStep(), "steps", "step"));
    show(now, head(label, step), (double) step / total, parts, step >= total);
  }

  /** How far the present step, or the evaluation before it, is. */
  private void within(Instant now, Event.StepProgressed at) {
    String counted = Human.count(at.done()) + "/" + Human.count(at.total()) + " " + at.unit();
    if (at.label().equals("evaluating")) {
      show(now, at.label(), (double) at.done() / at.total(), List.of(counted), false);
      return;
    }
    String doing = at.label() + " " + counted;
    if (at.label().equals("sampling")) {
      sampled = doing;
    } else if (at.label().equals("scoring")) {
      doing =
          at.total() == at.done() || sampled.isEmpty()
              ? doing
              : sampled + ", " + Human.count(at.done()) + " scored";
    }
    List<String> parts = new ArrayList<>(List.of(doing));
    if (at.step() <= total) {
      parts.add(left(at.step() - 1, now));
    }
    if (!Double.isNaN(reward)) {
      parts.add("reward " + Human.number(reward));
    }
    show(now, head("step", at.step()), (double) (at.step() - 1) / total, parts, false);
  }

  /** A budget may last for more steps than were counted on. */
  private String head(String label, long step) {
    return label + " " + Human.count(step) + (step > total ? "" : "/" + Human.count(total));
  }

  /** The time until the end, with the evaluations to come; empty before a step was timed. */
  private String left(long step, Instant now) {
    double steps = pace.secondsPerStep() * (total - step) - pace.seconds(now);
    long evaluations = evaluates ? 1 : 0;
    if (evaluatedEvery > 0) {
      evaluations += (total - 1) / evaluatedEvery - step / evaluatedEvery;
    }
    return Double.isNaN(steps)
        ? ""
        : Human.duration(Math.max(0, steps) + evaluations * evaluationSeconds) + " left";
  }

  private void show(Instant now, String head, double done, List<String> parts, boolean always) {
    if (terminal.style().live()) {
      terminal.status(Bar.line(head, done, parts, terminal.style()));
    } else if (!now.isBefore(nextPlainLine) || always) {
      nextPlainLine = now.plus(PLAIN_LINE);
      terminal.line(
          head + "  " + String.join("  ", parts.stream().filter(p -> !p.isEmpty()).toList()));
    }
  }

  private List<String> remark(Event event) {
    if (event instanceof Event.FirstRatioMeasured first) {
      return firstRatio(first);
    } else if (event instanceof Event.EvaluationFinished evaluation) {
      return List.of(evaluation(evaluation));
    } else if (event instanceof Event.CheckpointSaved saved) {
      return List.of(at(saved) + "checkpoint " + saved.path());
    } else if (event instanceof Event.SamplesDrawn samples) {
      return List.of(at(samples) + "samples " + samples.path());
    } else if (event instanceof Event.StageFinished stage) {
      return List.of(
          "Stage %s: loss %s after %s"
              .formatted(
                  stage.stage(), Human.number(stage.loss()), Human.duration(stage.seconds())));
    } else if (event instanceof Event.Warning warning) {
      return List.of(warning(at(warning) + warning.warning()));
    } else if (event instanceof Event.Message message) {
      return message(message);
    }
    return List.of();
  }

  private List<String> message(Event.Message message) {
    return switch (message.level()) {
      case INFO -> List.of(message.text());
      case WARNING -> List.of(warning(message.text()));
      // What ends a run is said once, by whoever ends the program.
      case ERROR -> evaluates ? List.of() : List.of("error: " + message.text());
    };
  }

  private String warning(String text) {
    return terminal.paint(Terminal.Paint.WARNING, "warning:") + " " + text;
  }

  /** The first measurement of a process, and every new warning. */
  private List<String> firstRatio(Event.FirstRatioMeasured first) {
    List<String> lines = new ArrayList<>();
    if (!firstRatioShown) {
      firstRatioShown = true;
      lines.add(
          "%sbefore the first update |ratio-1| is at most %s (clip range %s)"
              .formatted(
                  at(first), Human.number(first.maxDeviation()), Human.number(first.clipRange())));
    }
    if (!first.warning().isEmpty() && !first.warning().equals(lastWarning)) {
      lastWarning = first.warning();
      lines.add(warning(first.warning()));
    }
    return lines;
  }

  private String evaluation(Event.EvaluationFinished evaluation) {
    Map<String, Double> tasks = evaluation.tasks();
    String detail =
        tasks.entrySet().stream()
            .map(task -> task.getKey() + " " + Human.number(task.getValue()))
            .collect(Collectors.joining(", ", tasks.isEmpty() ? "" : "  (", ""));
    return "%sevaluation %s on %s images in %s%s"
        .formatted(
            at(evaluation),
            terminal.paint(Terminal.Paint.BOLD, Human.number(evaluation.score())),
            Human.count(evaluation.n()),
            Human.duration(evaluation.seconds()),
            tasks.isEmpty() ? "" : detail + ")");
  }

  private static String at(Event event) {
    return "step " + Human.count(event.step()) + ": ";
  }

  @Override
  public void close() {
    terminal.clearStatus();
  }
}
