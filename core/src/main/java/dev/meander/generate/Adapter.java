package dev.meander.generate;

import dev.meander.model.Pipeline;
import java.nio.file.Path;

/** What a run trained, as something that a model can be given for a while. */
@FunctionalInterface
public interface Adapter {
  /**
   * Gives the model these weights until the loan is closed.
   *
   * @throws dev.meander.config.UserError when they do not fit the model
   */
  TrainedWeights.Loan lend(Pipeline pipeline);

  /**
   * The weights in a file or directory, read each time they are lent.
   *
   * @param path an adapter (PEFT, diffusers), a whole transformer, or a run directory that holds
   *     one of them
   */
  static Adapter at(Path path) {
    return pipeline -> TrainedWeights.lend(pipeline, path);
  }
}
