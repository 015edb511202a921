package dev.meander.text;

import dev.meander.nn.ClipLayer;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Norms.LayerNorm;
import dev.meander.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * CLIP's text transformer (arXiv 2103.00020), tensor for tensor as transformers'
 * CLIPTextModelWithProjection.
 */
public final class ClipTextModel {
  private static final long LEGACY_EOS = 2;
  private static final String PREFIX = "text_model.";
  private static final String PROJECTION = "text_projection.";
  private static final String POSITION_IDS = "embeddings.position_ids";

  private final ClipConfig config;
  private final Tensor tokens; // [V, D]
  private final Tensor positions; // [L, D]
  private final List<ClipLayer> layers = new ArrayList<>();
  private final LayerNorm finalNorm;
  private final Linear projection; // null without
  private final Map<String, Tensor> tensors;

  /**
   * The outputs of one pass.
   *
   * @param hiddenStates the embeddings, then the output of every layer, each [B, L, D], without the
   *     final norm
   * @param lastHiddenState the last of them after the final norm
   * @param pooled [B, projection] at the end-of-prompt token ([B, D], unprojected, for a model
   *     without projection)
   */
  public record Output(List<Tensor> hiddenStates, Tensor lastHiddenState, Tensor pooled) {
    /** The output of the last layer but one, which SD3 conditions on. */
    public Tensor penultimate() {
      return hiddenStates.get(hiddenStates.size() - 2);
    }
  }

  /**
   * The name of a parameter by its name in a file; null for a constant that old files hold.
   * Transformers 4 writes the prefix, 5 does not.
   */
  public static String named(String stored) {
    boolean whole = stored.startsWith(PREFIX) || stored.startsWith(PROJECTION);
    return stored.endsWith(POSITION_IDS) ? null : whole ? stored : PREFIX + stored;
  }

  public ClipTextModel(ClipConfig config, Parameters root, boolean projected) {
    this.config = config;
    Parameters p = root.sub("text_model");
    long d = config.hiddenSize();
    tokens =
        p.get("embeddings.token_embedding.weight", new Init.Normal(0.02), config.vocabSize(), d);
    positions =
        p.get(
            "embeddings.position_embedding.weight",
            new Init.Normal(0.01),
            config.maxPositionEmbeddings(),
            d);
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      layers.add(new ClipLayer(p.sub("encoder.layers." + i), config.layer()));
    }
    finalNorm = new LayerNorm(p, "final_layer_norm", d, config.layerNormEps());
    projection =
        projected
            ? new Linear(
                root,
                "text_projection",
                d,
                config.projectionDim(),
                false,
                new Init.Normal(1 / Math.sqrt(d)))
            : null;
    tensors = root.finish().tensors();
  }

  /**
   * @param ids [B, L] int64
   */
  public Output forward(Tensor ids) {
    long length = ids.size(1);
    Tensor x = TokenIds.embed(tokens, ids).add(positions.narrow(0, 0, length));
    Tensor mask =
        torch
            .full(new long[] {length, length}, new Scalar(Float.NEGATIVE_INFINITY))
            .triu(1)
            .to(x.device(), x.scalar_type());
    List<Tensor> states = new ArrayList<>();
    states.add(x);
    for (ClipLayer layer : layers) {
      x = layer.forward(x, mask);
      states.add(x);
    }
    Tensor last = finalNorm.forward(x);
    Tensor index = endOfPrompt(ids).view(-1, 1, 1).expand(-1, 1, last.size(2));
    Tensor pooled = last.gather(1, index).squeeze(1);
    return new Output(states, last, projection == null ? pooled : projection.forward(pooled));
  }

  private Tensor endOfPrompt(Tensor ids) {
    Tensor score =
        config.eosTokenId() == LEGACY_EOS
            ? ids
            : ids.eq(new Scalar(config.eosTokenId())).to(torch.ScalarType.Int);
    return score.argmax(new org.bytedeco.pytorch.LongOptional(1), false);
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }

  public ClipConfig config() {
    return config;
  }
}
