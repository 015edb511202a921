package dev.meander.model;

import dev.meander.text.Conditioning;
import dev.meander.text.PromptEncoder;
import dev.meander.text.Prompts;
import dev.meander.text.TokenLimit;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A model's text encoders with their weights, which outlive the scope that they are loaded in;
 * {@link #close} frees them.
 *
 * @param encoder what encodes
 * @param weights the weights of all encoders
 */
public record TextEncoders(PromptEncoder encoder, List<Tensor> weights)
    implements Prompts, AutoCloseable {
  @Override
  public Conditioning encode(List<String> prompts) {
    return encoder.encode(prompts);
  }

  @Override
  public List<TokenLimit> limits() {
    return encoder.limits();
  }

  @Override
  public void close() {
    encoder.close();
    weights.forEach(Tensor::close);
  }
}
