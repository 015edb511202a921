package dev.meander.text;

import java.util.OptionalInt;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How the text encoders of a model read prompts.
 *
 * @param maxTokens the most tokens of a prompt (diffusers' {@code max_sequence_length}); what a
 *     model makes of it is its family's matter. Empty means the model's own number
 * @param dtype the type that the encoders' weights are kept and computed in; their conditioning is
 *     float32 in any case
 */
public record TextOptions(OptionalInt maxTokens, ScalarType dtype) {
  /** Float32, with as many tokens as the model itself asks for. */
  public static TextOptions usual() {
    return new TextOptions(OptionalInt.empty(), ScalarType.Float);
  }

  /** Float32, with at most so many tokens. */
  public static TextOptions tokens(int maxTokens) {
    return new TextOptions(OptionalInt.of(maxTokens), ScalarType.Float);
  }
}
