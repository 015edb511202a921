package dev.meander.mlflow;

import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.MlflowConfig;
import dev.meander.event.MlflowSinkProvider;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The sink of {@code events.mlflow}. */
public final class MlflowTracking implements MlflowSinkProvider {
  @Override
  public EventSink create(MlflowConfig config, Path run, Consumer<Event> publish) {
    return new MlflowSink(config, config.address(System.getenv()), run, publish);
  }
}
