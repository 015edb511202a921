package dev.meander.internal.report;

import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.Stamped;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Keeps a run's report fresh; belongs behind the metrics file among the sinks, because it reads
 * that.
 *
 * <p>It writes when there is something new to see and then leaves the run alone for fifteen
 * seconds, or for twenty times as long as the writing took: at most a twentieth of the run's time.
 */
public final class ReportSink implements EventSink {
  private static final Duration PAUSE = Duration.ofSeconds(15);
  private static final int PAUSE_FACTOR = 20;

  private final Path run;
  private final InstantSource clock;
  private Instant next = Instant.MIN;
  private boolean stale;

  public ReportSink(Path run, InstantSource clock) {
    this.run = run;
    this.clock = clock;
  }

  @Override
  public void accept(Stamped stamped) {
    stale |= !(stamped.event() instanceof Event.Passing);
    boolean end = stamped.event() instanceof Event.RunFinished;
    if (end || worthShowing(stamped.event()) && !clock.instant().isBefore(next)) {
      write();
    }
  }

  private static boolean worthShowing(Event event) {
    return event instanceof Event.UpdateFinished
        || event instanceof Event.EvaluationFinished
        || event instanceof Event.SamplesDrawn
        || event instanceof Event.PretrainProgress;
  }

  private void write() {
    Instant start = clock.instant();
    Report.write(run);
    Instant end = clock.instant();
    Duration pause = Duration.between(start, end).multipliedBy(PAUSE_FACTOR);
    next = end.plus(pause.compareTo(PAUSE) > 0 ? pause : PAUSE);
    stale = false;
  }

  /** Writes what the report does not show yet. */
  @Override
  public void close() {
    if (stale) {
      write();
    }
  }
}
