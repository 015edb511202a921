package dev.meander.prompt;

import java.util.List;

/**
 * Named sets of prompts, found by {@link java.util.ServiceLoader}; recipes refer to one as {@code
 * NAME:SET}, where they could give a file.
 */
public interface PromptProvider {
  /** What recipes write before the colon: letters, digits, hyphens; at least two characters. */
  String name();

  /** The names of its sets. */
  List<String> sets();

  /**
   * The prompts of a set, the same at every call.
   *
   * @param set one of {@link #sets}
   */
  List<Prompt> prompts(String set);
}
