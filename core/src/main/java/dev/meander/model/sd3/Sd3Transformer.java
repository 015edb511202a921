package dev.meander.model.sd3;

import dev.meander.model.BlockTransformer;
import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Conv2d;
import dev.meander.nn.Embedder;
import dev.meander.nn.Embeddings;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Stable Diffusion 3's multimodal diffusion transformer (arXiv 2403.03206), tensor for tensor as
 * diffusers' SD3Transformer2DModel, with 3.5-medium's dual attention and query-key normalisation.
 */
public final class Sd3Transformer extends BlockTransformer<Sd3Config> {
  private final Conv2d patches;
  private final Tensor positions; // [1, max * max, D]
  private final Embedder time;
  private final Embedder pooled;
  private final Linear context;
  private final List<Sd3Block> blocks = new ArrayList<>();
  private final AdaLayerNorm.Last normOut;
  private final Linear projOut;

  public Sd3Transformer(Sd3Config config, Parameters p, ScalarType compute) {
    super(config, compute);
    int d = config.width();
    int max = config.posEmbedMaxSize();
    int base = config.sampleSize() / config.patchSize();
    patches =
        new Conv2d(
            p, "pos_embed.proj", config.inChannels(), d, config.patchSize(), config.patchSize(), 0);
    positions =
        p.get(
            "pos_embed.pos_embed",
            new Init.Values(() -> Embeddings.sinCos2d(d, max, base)),
            1,
            (long) max * max,
            d);
    Parameters embed = p.sub("time_text_embed");
    time = Embedder.ofNumbers(embed, "timestep_embedder", d);
    pooled = Embedder.ofVectors(embed, "text_embedder", config.pooledProjectionDim(), d);
    context = new Linear(p, "context_embedder", config.jointAttentionDim(), d);
    for (int i = 0; i < config.numLayers(); i++) {
      blocks.add(new Sd3Block(p.sub("transformer_blocks." + i), config, i));
    }
    normOut = new AdaLayerNorm.Last(p, "norm_out", d);
    int out = config.patchSize() * config.patchSize() * config.channelsOut();
    projOut = new Linear(p, "proj_out", d, out, true, Init.ZEROS);
    finish(p);
  }

  @Override
  public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
    long h = latent.size(2) / config.patchSize();
    long w = latent.size(3) / config.patchSize();
    Tensor x = embed(latent.to(compute), h, w);
    Tensor c = context.forward(conditioning.tokens().to(compute));
    Tensor text = conditioning.requirePooled().to(compute);
    // Every modulation reads silu(temb): computed once.
    Tensor t = torch.silu(time.forward(sigma, compute).add(pooled.forward(text)));
    for (Sd3Block block : blocks) {
      List<Tensor> out = run(block::forward, x, c, t);
      x = out.get(0);
      c = out.get(out.size() - 1); // the last block has no text, and nobody asks for it
    }
    Tensor y = projOut.forward(normOut.forward(x, t));
    return unpatch(y, h, w).to(ScalarType.Float);
  }

  private Tensor embed(Tensor latent, long h, long w) {
    long max = config.posEmbedMaxSize();
    if (h > max || w > max) {
      throw new IllegalArgumentException(
          "latent of " + h + " x " + w + " patches exceeds pos_embed_max_size " + max);
    }
    Tensor tokens = patches.forward(latent).flatten(2, 3).transpose(1, 2); // [B, h*w, D]
    Tensor cropped =
        positions
            .view(max, max, config.width())
            .narrow(0, (max - h) / 2, h)
            .narrow(1, (max - w) / 2, w)
            .reshape(1, h * w, config.width());
    return tokens.add(cropped.to(compute));
  }

  private Tensor unpatch(Tensor y, long h, long w) {
    int p = config.patchSize();
    long b = y.size(0);
    return y.view(b, h, w, p, p, config.channelsOut())
        .permute(0, 5, 1, 3, 2, 4)
        .reshape(b, config.channelsOut(), h * p, w * p);
  }

  @Override
  public int nativeSide() {
    return config.sampleSize();
  }

  @Override
  public OptionalInt largestSide() {
    return OptionalInt.of(config.posEmbedMaxSize() * config.patchSize());
  }
}
