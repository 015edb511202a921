package dev.meander.internal.report;

import dev.meander.event.Event;
import dev.meander.event.Stamped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The events of a run, sorted by kind. */
final class RunLog {
  String name = "";
  long totalSteps;
  long step;
  boolean finished;
  Optional<Event.RunStopped> stopped = Optional.empty();
  Instant last;
  final List<Event.RolloutFinished> rollouts = new ArrayList<>();
  final List<Event.ImagesMeasured> images = new ArrayList<>();
  final List<Event.UpdateFinished> updates = new ArrayList<>();
  final List<Event.FirstRatioMeasured> firstRatios = new ArrayList<>();
  final List<Event.EvaluationFinished> evaluations = new ArrayList<>();
  final List<Event.SamplesDrawn> samples = new ArrayList<>();
  final Map<String, List<Event.PretrainProgress>> stages = new LinkedHashMap<>();
  final Map<String, Long> warnings = new LinkedHashMap<>();
  private Instant processStart;
  private Duration earlier = Duration.ZERO;
  private double statedSeconds = Double.NaN;

  RunLog(List<Stamped> events) {
    for (Stamped stamped : events) {
      add(stamped.time(), stamped.event());
      last = stamped.time();
    }
  }

  private void add(Instant time, Event event) {
    if (event instanceof Event.RunStarted run) {
      name = run.name();
      totalSteps = run.totalSteps();
      newProcess(time);
    } else if (event instanceof Event.StageStarted stage) {
      newProcess(time);
      stages.computeIfAbsent(stage.stage(), key -> new ArrayList<>());
    } else if (event instanceof Event.PretrainProgress progress) {
      stages.computeIfAbsent(progress.stage(), key -> new ArrayList<>()).add(progress);
    } else if (event instanceof Event.StageFinished) {
      finished = true; // until another stage or a run begins
    } else if (event instanceof Event.Message message) {
      if (message.level() != Event.Level.INFO) {
        warnings.putIfAbsent(message.text(), message.step());
      }
    } else if (event instanceof Event.RunStopped end) {
      stopped = Optional.of(end);
    } else if (event instanceof Event.RunFinished end) {
      finished = true;
      statedSeconds = end.seconds();
    } else {
      addMeasurement(event);
    }
    processStart = processStart == null ? time : processStart;
  }

  private void addMeasurement(Event event) {
    if (event instanceof Event.RolloutFinished rollout) {
      rollouts.add(rollout);
    } else if (event instanceof Event.ImagesMeasured measured) {
      images.add(measured);
    } else if (event instanceof Event.Warning warning) {
      warnings.putIfAbsent(warning.warning(), warning.step());
    } else if (event instanceof Event.UpdateFinished update) {
      updates.add(update);
      step = update.step();
    } else if (event instanceof Event.FirstRatioMeasured first) {
      firstRatios.add(first);
      if (!first.warning().isEmpty()) {
        warnings.putIfAbsent(first.warning(), first.step());
      }
    } else if (event instanceof Event.EvaluationFinished evaluation) {
      evaluations.add(evaluation);
    } else if (event instanceof Event.SamplesDrawn drawn) {
      samples.add(drawn);
    }
  }

  /** What lies between the last sign of one process and the start of the next is not counted. */
  private void newProcess(Instant time) {
    if (processStart != null) {
      earlier = earlier.plus(Duration.between(processStart, last));
    }
    processStart = time;
    finished = false;
    stopped = Optional.empty();
  }

  long images() {
    return rollouts.stream().mapToLong(Event.RolloutFinished::images).sum();
  }

  /** Wall-clock seconds of all processes: as the run states, or by its lines. */
  double seconds() {
    if (!Double.isNaN(statedSeconds)) {
      return statedSeconds;
    }
    return last == null ? 0 : earlier.plus(Duration.between(processStart, last)).toMillis() / 1e3;
  }

  Optional<Event.EvaluationFinished> bestEvaluation() {
    return evaluations.stream()
        .filter(evaluation -> !Double.isNaN(evaluation.score()))
        .reduce((best, next) -> next.score() > best.score() ? next : best);
  }
}
