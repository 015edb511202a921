/**
 * What a run tells about itself: typed events, and the sinks that write them down.
 *
 * <p>The loop publishes {@link dev.meander.event.Event} records to an {@link
 * dev.meander.event.EventBus}; {@link dev.meander.event.JsonlSink} (the metrics file), {@link
 * dev.meander.event.TensorBoardSink} and the console of the command line subscribe. Nothing here
 * knows how training works, and nothing reads the clock but through an {@link
 * java.time.InstantSource}.
 */
package dev.meander.event;
