package dev.meander.event;

/**
 * Takes events, one after the other, in the order of their publication.
 *
 * <p>A sink is called by one thread at a time. It may publish events of its own; they follow the
 * present one.
 */
public interface EventSink extends AutoCloseable {
  /** Takes one event; an exception means that the sink can take no more. */
  void accept(Stamped stamped);

  /** Whether the run must end when this sink fails; true only for the record of the run itself. */
  default boolean essential() {
    return false;
  }

  @Override
  default void close() {}
}
