package dev.meander.train;

import dev.meander.config.UserError;
import dev.meander.prompt.PromptSet;
import dev.meander.toybox.PromptSets;
import java.nio.file.Path;

/** Prompts by file, or by the name of one of the bundled world's sets. */
public final class PromptSource {
  private static final String TOYBOX = "toybox:";
  private static final int TOYBOX_TRAIN = 3000;

  private PromptSource() {}

  /**
   * The prompts of {@code source}.
   *
   * @throws UserError naming the file and its broken lines, or the sets there are
   */
  public static PromptSet load(String source) {
    if (!source.startsWith(TOYBOX)) {
      return PromptSet.load(Path.of(source));
    }
    return new PromptSet(
        source,
        switch (source.substring(TOYBOX.length())) {
          case "train" -> PromptSets.train(TOYBOX_TRAIN);
          case "train-hard" -> PromptSets.trainHard(TOYBOX_TRAIN);
          case "validation" -> PromptSets.validation();
          case "heldout" -> PromptSets.heldout();
          case "train-text" -> PromptSets.trainText(TOYBOX_TRAIN);
          case "validation-text" -> PromptSets.validationText();
          case "heldout-text" -> PromptSets.heldoutText();
          default ->
              throw new UserError(
                  "there is no prompt set "
                      + source
                      + "; toybox has train, train-hard, validation, heldout, train-text, validation-text, heldout-text");
        });
  }
}
