package dev.meander.model.sd3;

import dev.meander.tensor.Tensors;
import dev.meander.text.ClipEncoder;
import dev.meander.text.ClipTextModel;
import dev.meander.text.Conditioning;
import dev.meander.text.PromptEncoder;
import dev.meander.text.T5Encoder;
import dev.meander.text.TokenLimit;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Prompts to conditioning exactly as Stable Diffusion 3's pipeline does it: both CLIP encoders'
 * penultimate states side by side, padded with zeros to the joint dimension, followed by T5's
 * tokens (zeros when there is no T5), and both pooled outputs.
 */
public final class Sd3PromptEncoder implements PromptEncoder {
  private final ClipEncoder first;
  private final ClipEncoder second;
  private final T5Encoder third; // null without
  private final int jointDim;
  private final int t5Tokens;

  /**
   * @param third the T5 encoder, or null when there is none
   * @param t5Tokens tokens of T5, or rows of zeros in their place; diffusers' {@code
   *     max_sequence_length}
   */
  public Sd3PromptEncoder(
      ClipEncoder first, ClipEncoder second, T5Encoder third, int jointDim, int t5Tokens) {
    this.first = first;
    this.second = second;
    this.third = third;
    this.jointDim = jointDim;
    this.t5Tokens = t5Tokens;
  }

  @Override
  public Conditioning encode(List<String> prompts) {
    // The first tokenizer's length rules both.
    int length = first.tokenizer().maxLength();
    ClipTextModel.Output one = first.encode(prompts, length);
    ClipTextModel.Output two = second.encode(prompts, length);
    Tensor clip = Tensors.cat(2, one.penultimate(), two.penultimate()).to(ScalarType.Float);
    boolean zeros = third == null || t5Tokens == 0;
    Tensor padded = torch.pad(clip, 0, jointDim - clip.size(2), 0, zeros ? t5Tokens : 0);
    Tensor sequence =
        zeros
            ? padded
            : Tensors.cat(1, padded, third.encode(prompts, t5Tokens).to(ScalarType.Float));
    return new Conditioning(
        sequence, Tensors.cat(1, one.pooled(), two.pooled()).to(ScalarType.Float));
  }

  @Override
  public List<TokenLimit> limits() {
    List<TokenLimit> limits = new ArrayList<>();
    limits.add(new TokenLimit("CLIP", first.tokenizer().maxLength(), first.tokenizer()::all));
    if (third != null && t5Tokens > 0) {
      limits.add(new TokenLimit("T5", t5Tokens, third.tokenizer()::all));
    }
    return limits;
  }

  @Override
  public void close() {
    first.close();
    second.close();
    if (third != null) {
      third.close();
    }
  }
}
