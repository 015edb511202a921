package dev.meander.pretrain;

import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.random.Domain;
import dev.meander.tensor.Tensors;
import dev.meander.text.PromptEncoder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Rectified flow matching (arXiv 2209.03003; SD3, arXiv 2403.03206, section 3.1): the network
 * predicts {@code noise - clean} at a noise level drawn from a logit-normal distribution.
 */
final class FlowTraining {

  private final Sd3Transformer transformer;
  private final PromptEncoder prompts;
  private final LatentCache cache;
  private final PretrainConfig config;
  private final int dims;

  /**
   * @param cache the training images' latents and captions
   */
  FlowTraining(
      Sd3Transformer transformer, PromptEncoder prompts, LatentCache cache, PretrainConfig config) {
    this.transformer = transformer;
    this.prompts = prompts;
    this.cache = cache;
    this.config = config;
    this.dims = cache.dims();
  }

  Tensor loss(long step, int first, int count) {
    float[] clean = new float[count * dims];
    float[] noise = new float[count * dims];
    float[] sigma = new float[count];
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int row = first + i;
      int example = (int) ((step * config.flowStage().batchSize() + row) % config.examples());
      cache.copy(example, clean, i * dims);
      Domain.FLOW_NOISE.stream(config.basics().seed(), step, row).normals(noise, i * dims, dims);
      double logit =
          config.logitMean()
              + config.logitStd()
                  * Domain.FLOW_LEVEL.stream(config.basics().seed(), step, row).normals(1)[0];
      sigma[i] = (float) (1 / (1 + Math.exp(-logit)));
      boolean drop =
          Domain.CAPTION_DROP.uniform(config.basics().seed(), step, row) < config.captionDropout();
      texts.add(drop ? "" : cache.caption(example));
    }
    int side = config.transformer().sampleSize();
    long[] shape = {count, config.transformer().inChannels(), side, side};
    Tensor x = Tensors.of(clean, shape);
    Tensor e = Tensors.of(noise, shape);
    Tensor s = Tensors.of(sigma, count);
    Tensor latent = x.lerp(e, s.view(-1, 1, 1, 1));
    Tensor velocity = transformer.velocity(latent, s, prompts.encode(texts));
    return torch.mse_loss(velocity, e.sub(x));
  }
}
