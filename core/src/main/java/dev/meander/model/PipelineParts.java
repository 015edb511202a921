package dev.meander.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.text.PromptEncoder;

/**
 * What differs between the pipelines of diffusers. Made, settings and files are checked and opened;
 * each part is built on demand, null after noting that its weights do not fit.
 */
sealed interface PipelineParts permits Sd3Parts, FluxParts {
  /**
   * The parts of the pipeline that a directory holds.
   *
   * @param files the files of the directory
   * @param index its {@code model_index.json}
   * @throws UserError when Meander does not know the pipeline, or listing everything that is
   *     missing or wrong
   */
  static PipelineParts of(ModelParts files, JsonNode index) {
    return switch (files.kind()) {
      case Sd3Parts.CLASS -> new Sd3Parts(files, index);
      case FluxParts.CLASS -> new FluxParts(files);
      default ->
          throw new UserError(
              "%s is a model that Meander does not know: _class_name in model_index.json must be %s or %s, found %s"
                  .formatted(
                      files.directory(),
                      Sd3Parts.CLASS,
                      FluxParts.CLASS,
                      index.path("_class_name")));
    };
  }

  TransformerConfig transformerConfig();

  VaeConfig vaeConfig();

  /**
   * Rows of a prompt's conditioning.
   *
   * @param t5Tokens as in {@link #text}
   */
  int textTokens(int t5Tokens);

  /**
   * @param t5Tokens tokens of T5; negative for the model's own number
   */
  PromptEncoder text(int t5Tokens);

  /** The noise levels for an image of so many tokens. */
  ScheduleSpec schedule(int imageTokens);
}
