package dev.meander.preference;

import dev.meander.nn.ClipLayer;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Norms.LayerNorm;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * CLIP's vision transformer (arXiv 2103.00020), tensor for tensor as transformers'
 * CLIPVisionModelWithProjection.
 */
public final class ClipVisionModel {
  private final ClipVisionConfig config;
  private final Tensor classToken; // [D]
  private final Tensor patches; // [D, 3, p, p]
  private final Tensor positions; // [1 + patches, D]
  private final LayerNorm before;
  private final List<ClipLayer> layers = new ArrayList<>();
  private final LayerNorm after;
  private final Linear projection;
  private final Map<String, Tensor> tensors;

  /**
   * @param projectionDim the number of features of the embedding
   */
  public ClipVisionModel(ClipVisionConfig config, Parameters root, int projectionDim) {
    this.config = config;
    Parameters p = root.sub("vision_model");
    long d = config.hiddenSize();
    long patch = config.patchSize();
    classToken = p.get("embeddings.class_embedding", new Init.Normal(0.02), d);
    patches =
        p.get(
            "embeddings.patch_embedding.weight",
            Init.xavier(3 * patch * patch, d),
            d,
            3,
            patch,
            patch);
    positions =
        p.get(
            "embeddings.position_embedding.weight", new Init.Normal(0.02), 1 + config.patches(), d);
    before = new LayerNorm(p, "pre_layrnorm", d, config.layerNormEps()); // The name's spelling.
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      layers.add(new ClipLayer(p.sub("encoder.layers." + i), config.layer()));
    }
    after = new LayerNorm(p, "post_layernorm", d, config.layerNormEps());
    projection =
        new Linear(
            root, "visual_projection", d, projectionDim, false, new Init.Normal(1 / Math.sqrt(d)));
    tensors = root.finish().tensors();
  }

  /**
   * @param pixels [B, 3, S, S], normalised
   * @return [B, P], not normalised
   */
  public Tensor forward(Tensor pixels) {
    long[] stride = {config.patchSize(), config.patchSize()};
    Tensor x =
        torch
            .conv2d(
                pixels,
                patches,
                new TensorOptional(),
                stride,
                new long[] {0, 0},
                new long[] {1, 1},
                1)
            .flatten(2, 3)
            .transpose(1, 2); // [B, patches, D]
    Tensor first = classToken.view(1, 1, -1).expand(x.size(0), 1, x.size(2));
    x = before.forward(Tensors.cat(1, first, x).add(positions));
    for (ClipLayer layer : layers) {
      x = layer.forward(x, null);
    }
    return projection.forward(after.forward(x.select(1, 0)));
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }
}
