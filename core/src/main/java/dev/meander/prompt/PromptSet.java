package dev.meander.prompt;

import dev.meander.config.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * An ordered, non-empty list of prompts.
 *
 * @param source where they came from, for messages and provenance
 * @param prompts the prompts, one at least; ids are distinct, texts need not be
 */
public record PromptSet(String source, List<Prompt> prompts) {
  public PromptSet {
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty()) {
      throw new UserError(source + ": holds no prompts; at least one is needed");
    }
    Set<String> ids = new HashSet<>();
    for (Prompt prompt : prompts) {
      if (!ids.add(prompt.id())) {
        throw new UserError(source + ": two prompts have the id " + prompt.id());
      }
    }
  }

  /**
   * Reads a file: {@code .txt} with one prompt a line, or {@code .jsonl} with one object a line
   * whose {@code prompt} is the text and the rest is metadata (GenEval's format); a {@code
   * source_image} is an image beside the file. The id of a prompt is its line number, from 1.
   *
   * @throws UserError when the file is missing, empty or of another kind, or naming every broken
   *     line
   */
  public static PromptSet load(Path file) {
    return new PromptSet(file.toString(), PromptFile.read(file));
  }

  /** Plain texts, with ids from 1. */
  public static PromptSet of(List<String> texts) {
    List<Prompt> prompts = new ArrayList<>();
    for (String text : texts) {
      prompts.add(Prompt.of(Integer.toString(prompts.size() + 1), text));
    }
    return new PromptSet("given prompts", prompts);
  }

  /** Where a prompt stands: {@code FILE:LINE}, or its id in a set that is no file. */
  public String where(Prompt prompt) {
    boolean file = source.toLowerCase(Locale.ROOT).matches("(?s).*\\.(txt|jsonl)");
    return file ? source + ":" + prompt.id() : source + ", prompt " + prompt.id();
  }

  public int size() {
    return prompts.size();
  }

  public Prompt get(int index) {
    return prompts.get(index);
  }
}
