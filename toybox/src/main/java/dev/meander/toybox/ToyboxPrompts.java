package dev.meander.toybox;

import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The bundled world's prompt sets for recipes: {@code toybox:train} and the others. */
public final class ToyboxPrompts implements PromptProvider {
  private static final int TRAIN = 3000;
  private static final int TRAIN_HARD = 12_000;
  private static final Map<String, Supplier<List<Prompt>>> SETS = byName();

  @Override
  public String name() {
    return "toybox";
  }

  @Override
  public List<String> sets() {
    return List.copyOf(SETS.keySet());
  }

  @Override
  public List<Prompt> prompts(String set) {
    return SETS.get(set).get();
  }

  private static Map<String, Supplier<List<Prompt>>> byName() {
    Map<String, Supplier<List<Prompt>>> sets = new LinkedHashMap<>();
    sets.put("train", () -> PromptSets.train(TRAIN));
    sets.put("train-hard", () -> PromptSets.trainHard(TRAIN_HARD));
    sets.put("validation", PromptSets::validation);
    sets.put("heldout", PromptSets::heldout);
    sets.put("train-text", () -> PromptSets.trainText(TRAIN));
    sets.put("validation-text", PromptSets::validationText);
    sets.put("heldout-text", PromptSets::heldoutText);
    sets.put("train-signs", () -> PromptSets.trainSigns(TRAIN));
    sets.put("validation-signs", PromptSets::validationSigns);
    sets.put("heldout-signs", PromptSets::heldoutSigns);
    return sets;
  }
}
