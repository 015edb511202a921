package dev.meander.model;

import dev.meander.schedule.ScheduleSpec;
import dev.meander.text.PromptEncoder;

/**
 * What differs between the pipelines of diffusers. Made, settings and files are checked and opened;
 * each part is built on demand, null after noting that its weights do not fit.
 */
sealed interface PipelineParts permits Sd3Parts, FluxParts {
  FlowTransformer transformer();

  AutoencoderKl autoencoder();

  /**
   * @param t5Tokens tokens of T5; negative for the model's own number
   */
  PromptEncoder text(int t5Tokens);

  /** The noise levels for an image of so many tokens. */
  ScheduleSpec schedule(int imageTokens);
}
