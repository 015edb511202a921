package dev.meander.event;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Makes the sink of {@code events.mlflow}; found by {@link java.util.ServiceLoader} in the artifact
 * {@code meander-mlflow}, so that the library itself does without MLflow's client.
 */
public interface MlflowSinkProvider {
  /**
   * A sink that never fails a run: what goes wrong is published as a warning.
   *
   * @param run the run's directory
   * @param publish takes what the sink has to say
   */
  EventSink create(MlflowConfig config, Path run, Consumer<Event> publish);
}
