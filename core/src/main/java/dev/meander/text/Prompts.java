package dev.meander.text;

import java.util.List;

/** Where the conditioning of prompts comes from: text encoders, or their cached outputs. */
@FunctionalInterface
public interface Prompts {
  /** The conditioning of {@code prompts}, in order. */
  Conditioning encode(List<String> prompts);

  /** How much of a prompt each encoder sees; nothing where that is not known. */
  default List<TokenLimit> limits() {
    return List.of();
  }

  /**
   * The same, each different prompt encoded by itself: its conditioning is then the same to the bit
   * whatever else is in the batch, and may be kept.
   */
  default Prompts oneByOne() {
    return new OneByOne(this);
  }
}
