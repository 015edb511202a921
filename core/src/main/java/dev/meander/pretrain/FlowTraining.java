package dev.meander.pretrain;

import dev.meander.model.AutoencoderKl;
import dev.meander.model.Sd3Transformer;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Noise;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.PromptEncoder;
import dev.meander.toybox.Captions;
import dev.meander.toybox.Toybox;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Rectified flow matching (arXiv 2209.03003; SD3, arXiv 2403.03206, section 3.1): the network
 * predicts {@code noise - clean} at a noise level drawn from a logit-normal distribution.
 */
final class FlowTraining {
  private static final int ENCODED_AT_ONCE = 64;
  private static final long DROP = 1;
  private static final long LEVEL = 2;
  private static final long NOISE = 3;

  private final Sd3Transformer transformer;
  private final PromptEncoder prompts;
  private final AutoencoderKl vae;
  private final Toybox toybox;
  private final PretrainConfig config;
  private final int dims;
  private final long[] latentShape;
  private final float[][] latents; // filled on first use
  private final String[] captions;

  FlowTraining(
      Sd3Transformer transformer,
      PromptEncoder prompts,
      AutoencoderKl vae,
      Toybox toybox,
      PretrainConfig config) {
    this.transformer = transformer;
    this.prompts = prompts;
    this.vae = vae;
    this.toybox = toybox;
    this.config = config;
    int side = config.transformer().sampleSize();
    int channels = config.transformer().inChannels();
    this.latentShape = new long[] {config.flowStage().batchSize(), channels, side, side};
    this.dims = channels * side * side;
    this.latents = new float[config.examples()][];
    this.captions = new String[config.examples()];
  }

  Tensor loss(long step) {
    int batch = config.flowStage().batchSize();
    float[] clean = new float[batch * dims];
    float[] noise = new float[batch * dims];
    float[] sigma = new float[batch];
    List<String> texts = new ArrayList<>(batch);
    for (int i = 0; i < batch; i++) {
      int example = (int) ((step * batch + i) % config.examples());
      if (latents[example] == null) {
        encodeFrom(example);
      }
      System.arraycopy(latents[example], 0, clean, i * dims, dims);
      Noise.fill(noise, i * dims, dims, config.seed(), NOISE, step, i);
      double logit =
          config.logitMean()
              + config.logitStd() * Noise.normal(1, config.seed(), LEVEL, step, i)[0];
      sigma[i] = (float) (1 / (1 + Math.exp(-logit)));
      boolean drop = Noise.uniform(config.seed(), DROP, step, i) < config.captionDropout();
      texts.add(drop ? "" : captions[example]);
    }
    Tensor x = Tensors.of(clean, latentShape);
    Tensor e = Tensors.of(noise, latentShape);
    Tensor s = Tensors.of(sigma, batch);
    Tensor latent = x.lerp(e, s.view(-1, 1, 1, 1));
    Tensor velocity = transformer.velocity(latent, s, prompts.encode(texts));
    return torch.mse_loss(velocity, e.sub(x));
  }

  private void encodeFrom(int first) {
    int count = Math.min(ENCODED_AT_ONCE, config.examples() - first);
    try (Scope scope = new Scope()) {
      Tensor encoded = Autograd.noGrad(() -> vae.encode(VaeTraining.images(toybox, first, count)));
      float[] all = Tensors.floats(encoded);
      for (int i = 0; i < count; i++) {
        latents[first + i] = java.util.Arrays.copyOfRange(all, i * dims, (i + 1) * dims);
        captions[first + i] = Captions.text(toybox.example(first + i).description());
      }
    }
  }
}
