package dev.meander.cli.terminal;

import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.Stamped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tells people how a run goes: a live line on a terminal, plain lines at intervals elsewhere, and a
 * table at the end.
 */
public final class ConsoleSink implements EventSink {
  private static final Duration PLAIN_LINE = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final Pace pace = new Pace();
  private final ConsoleSummary summary = new ConsoleSummary();
  private long total;
  private Instant nextPlainLine = Instant.MIN;
  private double reward = Double.NaN;
  private boolean firstRatioShown;
  private String lastWarning = "";

  public ConsoleSink(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void accept(Stamped stamped) {
    Event event = stamped.event();
    summary.add(event);
    if (event instanceof Event.RunStarted run) {
      begin(stamped, "Run " + run.name(), run.totalSteps(), run.resumedAt());
    } else if (event instanceof Event.StageStarted stage) {
      begin(stamped, "Stage " + stage.stage(), stage.totalSteps(), stage.resumedAt());
    } else if (event instanceof Event.RolloutFinished rollout) {
      reward = rollout.rewardMean();
    } else if (event instanceof Event.UpdateFinished update) {
      progress(stamped.time(), "step", update.step(), numbers(update));
    } else if (event instanceof Event.PretrainProgress going) {
      progress(stamped.time(), going.stage(), going.step(), numbers(going));
    } else if (event instanceof Event.RunFinished end) {
      terminal.clearStatus();
      summary.table(end).forEach(terminal::line);
    } else {
      remark(event).forEach(terminal::line);
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
    double perStep = pace.secondsPerStep();
    List<String> parts = new ArrayList<>(numbers);
    if (step < total) {
      parts.add(Math.min(1, parts.size()), Human.duration(perStep * (total - step)) + " left");
    }
    parts.add(Human.rate(1 / perStep, "steps", "step"));
    String head = label + " " + Human.count(step) + "/" + Human.count(total);
    if (terminal.style().live()) {
      terminal.status(Bar.line(head, (double) step / total, parts, terminal.style()));
    } else if (!now.isBefore(nextPlainLine) || step >= total) {
      nextPlainLine = now.plus(PLAIN_LINE);
      parts.removeIf(String::isEmpty);
      terminal.line(head + "  " + String.join("  ", parts));
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
      return List.of("warning: " + at(warning) + warning.warning());
    } else if (event instanceof Event.Message message) {
      String level = message.level() == Event.Level.INFO ? "" : message.level() + ": ";
      return List.of(level.toLowerCase(Locale.ROOT) + message.text());
    }
    return List.of();
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
      lines.add("warning: " + first.warning());
    }
    return lines;
  }

  private static String evaluation(Event.EvaluationFinished evaluation) {
    Map<String, Double> tasks = evaluation.tasks();
    String detail =
        tasks.entrySet().stream()
            .map(task -> task.getKey() + " " + Human.number(task.getValue()))
            .collect(Collectors.joining(", ", tasks.isEmpty() ? "" : "  (", ""));
    return "%sevaluation %s on %s images in %s%s"
        .formatted(
            at(evaluation),
            Human.number(evaluation.score()),
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
