package dev.meander.text;

import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Prompts to conditioning exactly as Stable Diffusion 3's pipeline does it: both CLIP encoders'
 * penultimate states side by side, padded with zeros to the joint dimension, followed by T5's
 * tokens (zeros when there is no T5), and both pooled outputs.
 */
public final class PromptEncoder implements Prompts, AutoCloseable {
  private final Clip first;
  private final Clip second;
  private final int jointDim;
  private final int t5Tokens;

  /** One CLIP encoder and its tokenizer. */
  public record Clip(ClipTokenizer tokenizer, ClipTextModel model) {}

  /**
   * @param t5Tokens rows of zeros in the place of T5's tokens; diffusers' {@code
   *     max_sequence_length}
   */
  public PromptEncoder(Clip first, Clip second, int jointDim, int t5Tokens) {
    this.first = first;
    this.second = second;
    this.jointDim = jointDim;
    this.t5Tokens = t5Tokens;
  }

  @Override
  public Conditioning encode(List<String> prompts) {
    // The first tokenizer's length rules both.
    int length = first.tokenizer.maxLength();
    ClipTextModel.Output one = first.model.forward(ids(first.tokenizer, prompts, length));
    ClipTextModel.Output two = second.model.forward(ids(second.tokenizer, prompts, length));
    Tensor clip = Tensors.cat(2, one.penultimate(), two.penultimate());
    Tensor sequence = torch.pad(clip, 0, jointDim - clip.size(2), 0, t5Tokens);
    return new Conditioning(sequence, Tensors.cat(1, one.pooled(), two.pooled()));
  }

  private static Tensor ids(ClipTokenizer tokenizer, List<String> prompts, int length) {
    long[] all = new long[prompts.size() * length];
    for (int i = 0; i < prompts.size(); i++) {
      System.arraycopy(tokenizer.encode(prompts.get(i), length), 0, all, i * length, length);
    }
    return Tensors.of(all, prompts.size(), length);
  }

  @Override
  public void close() {
    first.tokenizer.close();
    second.tokenizer.close();
  }
}
