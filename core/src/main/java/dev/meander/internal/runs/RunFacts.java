package dev.meander.internal.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.event.Event;
import dev.meander.event.EventJson;
import dev.meander.event.Stamped;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What is told of a run in one line: small, however long the run is. */
final class RunFacts {
  private static final int MOST_NOTICES = 200;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
  private static final int LONGEST_TEXT = 2000;

  String name = "";
  long totalSteps;
  long step;
  boolean finished;
  boolean failed;
  boolean stopped;
  Instant last;
  double first = Double.NaN;
  double score = Double.NaN;
  double best = Double.NaN;
  long bestStep;
  long judged;
  double reward = Double.NaN;
  long images;
  long evaluations;
  private Instant processStart;
  private Duration earlier = Duration.ZERO;
  private double stated = Double.NaN;
  private final Deque<Notice> notices = new ArrayDeque<>();

  /**
   * Something that the run wants to be known.
   *
   * @param level {@code warning} or {@code error}
   */
  public record Notice(long step, String time, String level, String text) {}

  /** Takes the next line of the metrics. */
  void accept(JsonNode event) {
    Instant time = time(event);
    String type = event.path("type").asText();
    long at = event.path("step").asLong();
    switch (type) {
      case "run_started", "stage_started" -> {
        name = event.path("name").asText(event.path("stage").asText());
        totalSteps = event.path("total_steps").asLong();
        step = at;
        newProcess(time);
      }
      case "rollout_finished" -> {
        reward = number(event, "reward_mean");
        images += event.path("images").asLong();
        evaluations += event.path("evaluations").asLong();
      }
      case "update_finished", "pretrain_progress" -> step = at;
      case "evaluation_finished" -> evaluated(at, event);
      case "message" -> {
        String level = event.path("level").asText();
        failed |= level.equals("error");
        if (!level.equals("info")) {
          note(at, time, level, event.path("text").asText());
        }
      }
      case "run_stopped" -> {
        stopped = true;
        if (!event.path("how").asText().equals("interrupted")) {
          failed = true;
          note(
              at, time, "error", event.path("how").asText() + ": " + event.path("reason").asText());
        }
      }
      case "first_ratio_measured" -> note(at, time, "warning", event.path("warning").asText());
      case "rewards_diverged", "signal_lost", "ratio_drifted", "evaluation_differs" ->
          note(at, time, "warning", warning(event));
      case "run_finished", "stage_finished" -> {
        finished = true;
        stated = number(event, "seconds");
      }
      default -> {
        // nothing that the table shows
      }
    }
    processStart = processStart == null ? time : processStart;
    last = time == null ? last : time;
  }

  private void evaluated(long at, JsonNode event) {
    score = number(event, "score");
    judged = event.path("n").asLong();
    first = Double.isNaN(first) ? score : first;
    if (Double.isNaN(best) || score > best) {
      best = score;
      bestStep = at;
    }
  }

  private void note(long at, Instant time, String level, String text) {
    if (text.isEmpty() || notices.stream().anyMatch(n -> n.text().equals(text))) {
      return;
    }
    if (notices.size() == MOST_NOTICES) {
      notices.removeFirst();
    }
    String cut = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "…" : text;
    notices.add(new Notice(at, String.valueOf(time), level, cut));
  }

  /** The notice in the event's own words. */
  private static String warning(JsonNode event) {
    try {
      return EventJson.read(event.toString())
          .map(Stamped::event)
          .map(e -> e instanceof Event.Warning w ? w.warning() : "")
          .orElse("");
    } catch (IllegalArgumentException e) {
      return ""; // of another version
    }
  }

  /** What lies between the last sign of one process and the start of the next is not counted. */
  private void newProcess(Instant time) {
    if (processStart != null && time != null) {
      earlier = earlier.plus(Duration.between(processStart, last));
    }
    processStart = time;
    finished = false;
    failed = false;
    stopped = false;
    stated = Double.NaN;
  }

  /** Wall-clock seconds of all processes up to the last line. */
  double seconds() {
    if (!Double.isNaN(stated)) {
      return stated;
    }
    return last == null ? 0 : earlier.plus(Duration.between(processStart, last)).toMillis() / 1e3;
  }

  List<Notice> notices() {
    return List.copyOf(notices);
  }

  /** The time of a line; null without one, or with one that no run can have. */
  static Instant time(JsonNode event) {
    try {
      Instant time = Instant.parse(event.path("timing").path("time").asText());
      return time.isBefore(Instant.EPOCH) || time.isAfter(LATEST) ? null : time;
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** A field of the event or of its timing; NaN where it has none. */
  static double number(JsonNode event, String field) {
    JsonNode value = event.has(field) ? event.get(field) : event.path("timing").path(field);
    return value.isNumber() ? value.doubleValue() : Double.NaN;
  }
}
