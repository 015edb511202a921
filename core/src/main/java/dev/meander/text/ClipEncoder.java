package dev.meander.text;

import java.util.List;

/** A CLIP text encoder and its tokenizer. */
public record ClipEncoder(ClipTokenizer tokenizer, ClipTextModel model) implements AutoCloseable {
  /** The outputs for {@code prompts}, each cut or padded to {@code length} tokens. */
  public ClipTextModel.Output encode(List<String> prompts, int length) {
    return model.forward(TokenIds.of(prompts, length, tokenizer::encode));
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
