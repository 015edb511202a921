package dev.meander.model.flux;

import dev.meander.text.ClipEncoder;
import dev.meander.text.Conditioning;
import dev.meander.text.PromptEncoder;
import dev.meander.text.T5Encoder;
import dev.meander.text.TokenLimit;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Prompts to conditioning exactly as FLUX's pipeline does it: T5's tokens, and CLIP's output at the
 * end of the prompt, unprojected.
 *
 * @param t5Tokens the tokens of T5; diffusers' {@code max_sequence_length}
 */
public record FluxPromptEncoder(ClipEncoder clip, T5Encoder t5, int t5Tokens)
    implements PromptEncoder {
  @Override
  public Conditioning encode(List<String> prompts) {
    return new Conditioning(
        t5.encode(prompts, t5Tokens).to(ScalarType.Float),
        clip.encode(prompts, clip.tokenizer().maxLength()).pooled().to(ScalarType.Float));
  }

  @Override
  public List<TokenLimit> limits() {
    return List.of(
        new TokenLimit("T5", t5Tokens, t5.tokenizer()::all),
        new TokenLimit("CLIP", clip.tokenizer().maxLength(), clip.tokenizer()::all));
  }

  @Override
  public void close() {
    clip.close();
    t5.close();
  }
}
