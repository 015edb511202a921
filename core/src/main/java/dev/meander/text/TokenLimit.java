package dev.meander.text;

/**
 * How much of a prompt an encoder sees.
 *
 * @param encoder what it is called in messages
 * @param tokens the most tokens, those at start and end included
 * @param tokenizer gives all tokens of a text, as many as there are
 */
public record TokenLimit(String encoder, int tokens, Tokens tokenizer) {
  /** All tokens of a text. */
  @FunctionalInterface
  public interface Tokens {
    long[] of(String text);
  }
}
