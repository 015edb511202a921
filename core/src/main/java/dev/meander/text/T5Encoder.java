package dev.meander.text;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A T5 encoder and its tokenizer. */
public record T5Encoder(T5Tokenizer tokenizer, T5EncoderModel model) implements AutoCloseable {
  /** [B, length, D] for {@code prompts}, each cut or padded to {@code length} tokens. */
  public Tensor encode(List<String> prompts, int length) {
    return model.forward(TokenIds.of(prompts, length, tokenizer::encode));
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
