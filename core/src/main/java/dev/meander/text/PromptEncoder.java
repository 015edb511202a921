package dev.meander.text;

/** Text encoders with their tokenizers: prompts to conditioning. */
public interface PromptEncoder extends Prompts, AutoCloseable {
  /** Frees the tokenizers. */
  @Override
  void close();
}
