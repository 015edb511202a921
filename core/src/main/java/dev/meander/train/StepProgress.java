package dev.meander.train;

import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.event.Progress;
import java.util.function.LongSupplier;

/**
 * How far the parts of a step are, as events: twice a second at most, and when a part is done.
 *
 * @param step the step that goes on
 */
record StepProgress(EventBus events, LongSupplier step) implements Progress.Source {
  private static final long PAUSE_NANOS = 500_000_000;

  @Override
  public Progress start(String label, long total, String unit) {
    return new Part(label, total, unit);
  }

  private final class Part implements Progress {
    private final String label;
    private final long total;
    private final String unit;
    private long done;
    private long told = System.nanoTime() - PAUSE_NANOS;

    Part(String label, long total, String unit) {
      this.label = label;
      this.total = total;
      this.unit = unit;
    }

    @Override
    public synchronized void advance(long n) {
      done += n;
      long now = System.nanoTime();
      if (now - told >= PAUSE_NANOS || done == total) {
        told = now;
        events.publish(new Event.StepProgressed(step.getAsLong(), label, done, total, unit));
      }
    }

    @Override
    public void close() {
      // The events of what comes next say so.
    }
  }
}
