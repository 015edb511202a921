package dev.meander.toybox;

import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The bundled world's prompt sets for recipes: {@code toybox:train} and the others. */
public final class ToyboxPrompts implements PromptProvider {
  @Override
  public String name() {
    return "toybox";
  }

  @Override
  public List<String> sets() {
    return Arrays.stream(ToyboxSet.values()).map(ToyboxSet::word).toList();
  }

  @Override
  public List<Prompt> prompts(String set) {
    return ToyboxSet.valueOf(set.toUpperCase(Locale.ROOT).replace('-', '_')).prompts();
  }
}
