package dev.meander.model.flux;

import dev.meander.model.FlowTransformer;
import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Embeddings;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import dev.meander.nn.Rotary;
import dev.meander.tensor.Recompute;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * FLUX.1's transformer (Black Forest Labs, 2024), tensor for tensor as diffusers'
 * FluxTransformer2DModel: blocks with a stream each for image and text, then blocks with one stream
 * for both.
 *
 * <p>It takes and gives latents as the autoencoder has them; two by two cells are packed into a
 * token inside. Activations are in the dtype given at construction whatever the parameters are kept
 * in; noise levels, guidance scales and the velocity that comes out are float32.
 */
public final class FluxTransformer implements FlowTransformer {
  /** Latent cells a side of a token. */
  static final int PACK = 2;

  private static final double TIMESTEPS = 1000;
  private static final int TIME_FEATURES = 256;
  private static final int NATIVE_SIDE = 128;

  private final FluxConfig config;
  private final ScalarType compute;
  private final Linear tokens;
  private final Linear context;
  private final Embedder time;
  private final Embedder guidance; // null without guidance embedding
  private final Embedder pooled;
  private final List<FluxDoubleBlock> doubles = new ArrayList<>();
  private final List<FluxSingleBlock> singles = new ArrayList<>();
  private final AdaLayerNorm.Last normOut;
  private final Linear projOut;
  private final Parameters.Built built;
  private boolean recompute;

  public FluxTransformer(FluxConfig config, Parameters p, ScalarType compute) {
    this.config = config;
    this.compute = compute;
    int d = config.width();
    Parameters embed = p.sub("time_text_embed");
    time = new Embedder(embed, "timestep_embedder", TIME_FEATURES, d);
    guidance =
        config.guidanceEmbeds() ? new Embedder(embed, "guidance_embedder", TIME_FEATURES, d) : null;
    pooled = new Embedder(embed, "text_embedder", config.pooledProjectionDim(), d);
    context = new Linear(p, "context_embedder", config.jointAttentionDim(), d);
    tokens = new Linear(p, "x_embedder", config.inChannels(), d);
    for (int i = 0; i < config.numLayers(); i++) {
      doubles.add(new FluxDoubleBlock(p.sub("transformer_blocks." + i), config));
    }
    for (int i = 0; i < config.numSingleLayers(); i++) {
      singles.add(new FluxSingleBlock(p.sub("single_transformer_blocks." + i), config));
    }
    normOut = new AdaLayerNorm.Last(p, "norm_out", d);
    projOut = new Linear(p, "proj_out", d, config.channelsOut(), true, Init.ZEROS);
    built = p.finish();
  }

  /** Two linear layers with SiLU between. */
  private static final class Embedder {
    private final Linear in;
    private final Linear out;

    Embedder(Parameters p, String name, long from, long to) {
      in = new Linear(p, name + ".linear_1", from, to, true, new Init.Normal(0.02));
      out = new Linear(p, name + ".linear_2", to, to, true, new Init.Normal(0.02));
    }

    Tensor forward(Tensor x) {
      return out.forward(torch.silu(in.forward(x)));
    }
  }

  @Override
  public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
    long h = latent.size(2) / PACK;
    long w = latent.size(3) / PACK;
    long text = conditioning.tokens().size(1);
    Rotary rotary = Rotary.textAndGrid(config.axesDimsRope(), text, h, w, latent.device());
    // Every modulation reads silu(temb): computed once.
    Tensor t = torch.silu(embed(sigma, conditioning));
    Tensor x = tokens.forward(pack(latent, h, w).to(compute));
    Tensor c = context.forward(conditioning.tokens().to(compute));
    for (FluxDoubleBlock block : doubles) {
      // Frees what the block no longer needs: without gradients that is nearly everything.
      try (Scope scope = new Scope()) {
        List<Tensor> out = run(List.of(x, c, t), i -> block.forward(i, rotary));
        x = scope.keep(out.get(0));
        c = scope.keep(out.get(1));
      }
    }
    Tensor both = Tensors.cat(1, c, x);
    for (FluxSingleBlock block : singles) {
      try (Scope scope = new Scope()) {
        List<Tensor> in = List.of(both, t);
        both = scope.keep(run(in, i -> List.of(block.forward(i.get(0), i.get(1), rotary))).get(0));
      }
    }
    Tensor y = projOut.forward(normOut.forward(both.narrow(1, text, h * w), t));
    return unpack(y, h, w).to(ScalarType.Float);
  }

  private List<Tensor> run(List<Tensor> in, Function<List<Tensor>, List<Tensor>> block) {
    return recompute ? Recompute.segment(in, block) : block.apply(in);
  }

  private Tensor embed(Tensor sigma, Conditioning conditioning) {
    Tensor sum = time.forward(scaled(sigma));
    if (guidance != null) {
      Tensor scale =
          conditioning
              .guidance()
              .orElseGet(() -> torch.full_like(sigma, new Scalar(Conditioning.USUAL_GUIDANCE)));
      sum = sum.add(guidance.forward(scaled(scale)));
    }
    return sum.add(pooled.forward(conditioning.requirePooled().to(compute)));
  }

  private Tensor scaled(Tensor value) {
    return Embeddings.time(value.mul(new Scalar(TIMESTEPS)), TIME_FEATURES).to(compute);
  }

  /** [B, C, 2h, 2w] to [B, h*w, 4C]. */
  static Tensor pack(Tensor latent, long h, long w) {
    long b = latent.size(0);
    long c = latent.size(1);
    return latent
        .reshape(b, c, h, PACK, w, PACK)
        .permute(0, 2, 4, 1, 3, 5)
        .reshape(b, h * w, c * PACK * PACK);
  }

  /** [B, h*w, 4C] to [B, C, 2h, 2w]. */
  static Tensor unpack(Tensor tokens, long h, long w) {
    long b = tokens.size(0);
    long c = tokens.size(2) / (PACK * PACK);
    return tokens
        .view(b, h, w, c, PACK, PACK)
        .permute(0, 3, 1, 4, 2, 5)
        .reshape(b, c, h * PACK, w * PACK);
  }

  @Override
  public Map<String, Tensor> tensors() {
    return built.tensors();
  }

  @Override
  public Map<String, Linear> linears() {
    return built.linears();
  }

  @Override
  public void recompute(boolean on) {
    recompute = on;
  }

  public FluxConfig config() {
    return config;
  }

  @Override
  public int latentChannels() {
    return config.inChannels() / (PACK * PACK);
  }

  @Override
  public int patchSize() {
    return PACK;
  }

  @Override
  public int nativeSide() {
    return NATIVE_SIDE;
  }

  @Override
  public OptionalInt largestSide() {
    return OptionalInt.empty();
  }
}
