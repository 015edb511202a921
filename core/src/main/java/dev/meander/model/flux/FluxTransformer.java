package dev.meander.model.flux;

import dev.meander.model.BlockTransformer;
import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Embedder;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import dev.meander.nn.Rotary;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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
 * token inside.
 */
public final class FluxTransformer extends BlockTransformer<FluxConfig> {
  /** Latent cells a side of a token. */
  static final int PACK = 2;

  private static final int NATIVE_SIDE = 128;

  private final Linear tokens;
  private final Linear context;
  private final Embedder time;
  private final Embedder guidance; // null without guidance embedding
  private final Embedder pooled;
  private final List<FluxDoubleBlock> doubles = new ArrayList<>();
  private final List<FluxSingleBlock> singles = new ArrayList<>();
  private final AdaLayerNorm.Last normOut;
  private final Linear projOut;

  public FluxTransformer(FluxConfig config, Parameters p, ScalarType compute) {
    super(config, compute);
    int d = config.width();
    Parameters embed = p.sub("time_text_embed");
    time = Embedder.ofNumbers(embed, "timestep_embedder", d);
    guidance = config.guidanceEmbeds() ? Embedder.ofNumbers(embed, "guidance_embedder", d) : null;
    pooled = Embedder.ofVectors(embed, "text_embedder", config.pooledProjectionDim(), d);
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
    finish(p);
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
      List<Tensor> out = run(in -> block.forward(in, rotary), x, c, t);
      x = out.get(0);
      c = out.get(1);
    }
    Tensor both = Tensors.cat(1, c, x);
    for (FluxSingleBlock block : singles) {
      both = run(in -> List.of(block.forward(in.get(0), in.get(1), rotary)), both, t).get(0);
    }
    Tensor y = projOut.forward(normOut.forward(both.narrow(1, text, h * w), t));
    return unpack(y, h, w).to(ScalarType.Float);
  }

  private Tensor embed(Tensor sigma, Conditioning conditioning) {
    Tensor sum = time.forward(sigma, compute);
    if (guidance != null) {
      Tensor scale =
          conditioning
              .guidance()
              .orElseGet(() -> torch.full_like(sigma, new Scalar(Conditioning.USUAL_GUIDANCE)));
      sum = sum.add(guidance.forward(scale, compute));
    }
    return sum.add(pooled.forward(conditioning.requirePooled().to(compute)));
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
  public int nativeSide() {
    return NATIVE_SIDE;
  }

  @Override
  public OptionalInt largestSide() {
    return OptionalInt.empty();
  }
}
