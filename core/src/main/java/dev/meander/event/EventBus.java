package dev.meander.event;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands every event to every sink, in the order of publication; safe to use from several threads.
 *
 * <p>A sink that fails is closed, left out from then on, and reported once as a {@link
 * Event.Message} to the others. The failure of an {@linkplain EventSink#essential() essential} sink
 * is thrown to the publisher.
 */
public final class EventBus implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

  private final InstantSource clock;
  private final List<EventSink> sinks;
  private final Deque<Stamped> waiting = new ArrayDeque<>();
  private boolean delivering;

  /** A bus that stamps events with {@code clock}; sinks are served in the order given. */
  public EventBus(InstantSource clock, List<EventSink> sinks) {
    this.clock = clock;
    this.sinks = new ArrayList<>(sinks);
  }

  /** Hands {@code event} to all sinks before it returns. */
  public synchronized void publish(Event event) {
    waiting.add(new Stamped(clock.instant(), event));
    if (delivering) {
      return; // a sink published it: its turn comes when the present event is through
    }
    delivering = true;
    try {
      while (!waiting.isEmpty()) {
        deliver(waiting.remove());
      }
    } finally {
      delivering = false;
    }
  }

  private void deliver(Stamped stamped) {
    Iterator<EventSink> all = sinks.iterator();
    while (all.hasNext()) {
      EventSink sink = all.next();
      try {
        sink.accept(stamped);
      } catch (RuntimeException failure) {
        if (sink.essential()) {
          throw failure;
        }
        all.remove();
        leaveOut(sink, stamped.event().step(), failure);
      }
    }
  }

  private void leaveOut(EventSink sink, long step, RuntimeException failure) {
    String name = sink.getClass().getSimpleName();
    LOG.debug("{} failed", name, failure);
    String text = name + " failed and is left out from here on: " + failure.getMessage();
    publish(new Event.Message(step, Event.Level.WARNING, text));
    closeQuietly(sink);
  }

  /**
   * Closes all sinks.
   *
   * @throws RuntimeException what an essential sink threw, after the others were closed
   */
  @Override
  public synchronized void close() {
    RuntimeException fatal = null;
    for (EventSink sink : sinks) {
      if (sink.essential()) {
        try {
          sink.close();
        } catch (RuntimeException failure) {
          fatal = failure;
        }
      } else {
        closeQuietly(sink);
      }
    }
    sinks.clear();
    if (fatal != null) {
      throw fatal;
    }
  }

  private static void closeQuietly(EventSink sink) {
    try {
      sink.close();
    } catch (RuntimeException failure) {
      LOG.warn("{} did not close: {}", sink.getClass().getSimpleName(), failure.getMessage());
    }
  }
}
