package dev.meander.model.sd3;

import dev.meander.model.FlowTransformer;
import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Conv2d;
import dev.meander.nn.Embeddings;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Recompute;
import dev.meander.tensor.Scope;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Stable Diffusion 3's multimodal diffusion transformer (arXiv 2403.03206), tensor for tensor as
 * diffusers' SD3Transformer2DModel, with 3.5-medium's dual attention and query-key normalisation.
 *
 * <p>Activations are in the dtype given at construction whatever the parameters are kept in; noise
 * levels, and the velocity that comes out, are float32.
 */
public final class Sd3Transformer implements FlowTransformer {
  private static final double TIMESTEPS = 1000;
  private static final int TIME_FEATURES = 256;

  private final Sd3Config config;
  private final ScalarType compute;
  private final Conv2d patches;
  private final Tensor positions; // [1, max * max, D]
  private final Linear time1;
  private final Linear time2;
  private final Linear pooled1;
  private final Linear pooled2;
  private final Linear context;
  private final List<Sd3Block> blocks = new ArrayList<>();
  private final AdaLayerNorm.Last normOut;
  private final Linear projOut;
  private final Parameters.Built built;
  private boolean recompute;

  public Sd3Transformer(Sd3Config config, Parameters p, ScalarType compute) {
    this.config = config;
    this.compute = compute;
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
    Parameters time = p.sub("time_text_embed");
    time1 =
        new Linear(
            time, "timestep_embedder.linear_1", TIME_FEATURES, d, true, new Init.Normal(0.02));
    time2 = new Linear(time, "timestep_embedder.linear_2", d, d, true, new Init.Normal(0.02));
    pooled1 = new Linear(time, "text_embedder.linear_1", config.pooledProjectionDim(), d);
    pooled2 = new Linear(time, "text_embedder.linear_2", d, d);
    context = new Linear(p, "context_embedder", config.jointAttentionDim(), d);
    for (int i = 0; i < config.numLayers(); i++) {
      blocks.add(new Sd3Block(p.sub("transformer_blocks." + i), config, i));
    }
    normOut = new AdaLayerNorm.Last(p, "norm_out", d);
    int out = config.patchSize() * config.patchSize() * config.channelsOut();
    projOut = new Linear(p, "proj_out", d, out, true, Init.ZEROS);
    built = p.finish();
  }

  @Override
  public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
    return atTimestep(latent, sigma.mul(new Scalar(TIMESTEPS)), conditioning);
  }

  /** As {@link #velocity}, at a time in diffusers' units: {@code 1000 * sigma}. */
  Tensor atTimestep(Tensor latent, Tensor timestep, Conditioning conditioning) {
    long h = latent.size(2) / config.patchSize();
    long w = latent.size(3) / config.patchSize();
    Tensor x = embed(latent.to(compute), h, w);
    Tensor c = context.forward(conditioning.tokens().to(compute));
    // Every modulation reads silu(temb): computed once.
    Tensor t = torch.silu(embedTime(timestep, conditioning.requirePooled().to(compute)));
    for (Sd3Block block : blocks) {
      // Frees what the block no longer needs: without gradients that is nearly everything.
      try (Scope scope = new Scope()) {
        List<Tensor> in = List.of(x, c, t);
        List<Tensor> out = recompute ? Recompute.segment(in, i -> run(block, i)) : run(block, in);
        x = scope.keep(out.get(0));
        c = out.size() == 1 ? null : scope.keep(out.get(1));
      }
    }
    Tensor y = projOut.forward(normOut.forward(x, t));
    return unpatch(y, h, w).to(ScalarType.Float);
  }

  /** A block on image, text and time; its image and, but for the last one, its text. */
  private static List<Tensor> run(Sd3Block block, List<Tensor> in) {
    Sd3Block.Streams next = block.forward(in.get(0), in.get(1), in.get(2));
    return next.text() == null ? List.of(next.image()) : List.of(next.image(), next.text());
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

  private Tensor embedTime(Tensor timestep, Tensor pooled) {
    Tensor features = Embeddings.time(timestep, TIME_FEATURES).to(compute);
    Tensor time = time2.forward(torch.silu(time1.forward(features)));
    return time.add(pooled2.forward(torch.silu(pooled1.forward(pooled))));
  }

  private Tensor unpatch(Tensor y, long h, long w) {
    int p = config.patchSize();
    long b = y.size(0);
    return y.view(b, h, w, p, p, config.channelsOut())
        .permute(0, 5, 1, 3, 2, 4)
        .reshape(b, config.channelsOut(), h * p, w * p);
  }

  @Override
  public Map<String, Tensor> tensors() {
    return built.tensors();
  }

  @Override
  public void recompute(boolean on) {
    recompute = on;
  }

  @Override
  public Map<String, Linear> linears() {
    return built.linears();
  }

  public Sd3Config config() {
    return config;
  }

  @Override
  public int latentChannels() {
    return config.inChannels();
  }

  @Override
  public int patchSize() {
    return config.patchSize();
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
