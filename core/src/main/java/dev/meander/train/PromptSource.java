package dev.meander.train;

import dev.meander.config.UserError;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.toybox.PromptSets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Prompts by file, or by the name of one of the bundled world's sets. */
public final class PromptSource {
  private static final String TOYBOX = "toybox:";
  private static final int TOYBOX_TRAIN = 3000;
  private static final int TOYBOX_TRAIN_HARD = 12_000;
  private static final Map<String, Supplier<List<Prompt>>> SETS = sets();

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
    String name = source.substring(TOYBOX.length());
    Supplier<List<Prompt>> prompts = SETS.get(name);
    if (prompts == null) {
      throw new UserError(
          "there is no prompt set %s; toybox has %s"
              .formatted(source, String.join(", ", SETS.keySet())));
    }
    return new PromptSet(source, prompts.get());
  }

  private static Map<String, Supplier<List<Prompt>>> sets() {
    Map<String, Supplier<List<Prompt>>> sets = new LinkedHashMap<>();
    sets.put("train", () -> PromptSets.train(TOYBOX_TRAIN));
    sets.put("train-hard", () -> PromptSets.trainHard(TOYBOX_TRAIN_HARD));
    sets.put("validation", PromptSets::validation);
    sets.put("heldout", PromptSets::heldout);
    sets.put("train-text", () -> PromptSets.trainText(TOYBOX_TRAIN));
    sets.put("validation-text", PromptSets::validationText);
    sets.put("heldout-text", PromptSets::heldoutText);
    sets.put("train-signs", () -> PromptSets.trainSigns(TOYBOX_TRAIN));
    sets.put("validation-signs", PromptSets::validationSigns);
    sets.put("heldout-signs", PromptSets::heldoutSigns);
    return sets;
  }
}
