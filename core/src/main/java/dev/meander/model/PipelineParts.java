package dev.meander.model;

import dev.meander.schedule.ScheduleSpec;
import dev.meander.text.PromptEncoder;
import dev.meander.text.TextOptions;

/**
 * What one family of models makes of a directory. Once there is one, settings and files are checked
 * and opened; each part is built on demand, null after noting that its weights do not fit.
 */
public interface PipelineParts {
  /** The transformer's settings, which build it. */
  TransformerConfig transformerConfig();

  /** The autoencoder's settings. */
  VaeConfig vaeConfig();

  /** The most rows of a prompt's conditioning. */
  int textTokens(TextOptions options);

  /** The text encoders; null after noting in the directory's problems what does not fit. */
  PromptEncoder text(TextOptions options);

  /**
   * The noise levels for an image.
   *
   * @param imageTokens how many tokens the transformer makes of it
   */
  ScheduleSpec schedule(int imageTokens);
}
