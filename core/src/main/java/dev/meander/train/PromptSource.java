package dev.meander.train;

import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import dev.meander.prompt.PromptProvider;
import dev.meander.prompt.PromptSet;
import java.nio.file.Path;
import java.util.List;

/** Prompts by file, or by the name of a set that a {@link PromptProvider} has. */
public final class PromptSource {
  private PromptSource() {}

  /**
   * The prompts of {@code source}.
   *
   * @param source a file, or {@code PROVIDER:SET}
   * @throws UserError naming the file and its broken lines, or the sets there are, or providers of
   *     one name
   */
  public static PromptSet load(String source) {
    int colon = source.indexOf(':');
    String name = source.substring(0, Math.max(0, colon));
    List<PromptProvider> found =
        Extensions.load(PromptProvider.class).stream().filter(p -> p.name().equals(name)).toList();
    if (found.size() > 1) {
      throw new UserError(
          "%s calls itself %s, but that name of prompt sets is taken by %s"
              .formatted(
                  Extensions.named(found.get(1).getClass()),
                  name,
                  Extensions.named(found.get(0).getClass())));
    }
    if (!found.isEmpty()) {
      return load(source, found.get(0), source.substring(colon + 1));
    }
    if (colon > 1 && !source.matches(".*\\.(txt|jsonl)")) {
      throw new UserError(
          "there is no prompt set %s: nothing on the class path is named %s (toybox comes with the artifact dev.meander:meander-toybox); give a .txt or .jsonl file, or PROVIDER:SET"
              .formatted(source, name));
    }
    return PromptSet.load(Path.of(source));
  }

  private static PromptSet load(String source, PromptProvider provider, String set) {
    if (!provider.sets().contains(set)) {
      throw new UserError(
          "there is no prompt set %s; %s has %s"
              .formatted(source, provider.name(), String.join(", ", provider.sets())));
    }
    return new PromptSet(source, provider.prompts(set));
  }
}
