package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.nn.ClipLayer;

/**
 * The hyperparameters of {@link ClipVisionModel}: keys of {@code vision_config}, with transformers'
 * defaults.
 */
public record ClipVisionConfig(
    @Doc("Features of a token.") @Default("768") @Positive int hiddenSize,
    @Doc("Features inside the feed-forward.") @Default("3072") @Positive int intermediateSize,
    @Doc("Layers.") @Default("12") @Positive int numHiddenLayers,
    @Doc("Heads of the attention.") @Default("12") @Positive int numAttentionHeads,
    @Doc("Side of the image in pixels.") @Default("224") @Positive int imageSize,
    @Doc("Side of a patch in pixels; each patch is a token.") @Default("32") @Positive
        int patchSize,
    @Doc("quick_gelu or gelu.") @Default("quick_gelu") String hiddenAct,
    @Doc("Epsilon of the layer normalisations.") @Default("1e-5") @Positive double layerNormEps) {
  public ClipVisionConfig {
    layer(hiddenSize, intermediateSize, numAttentionHeads, hiddenAct, layerNormEps);
    if (patchSize > imageSize) {
      throw new IllegalArgumentException(
          "patch_size (%d) must not exceed image_size (%d)".formatted(patchSize, imageSize));
    }
  }

  /** The measures of each layer. */
  ClipLayer.Shape layer() {
    return layer(hiddenSize, intermediateSize, numAttentionHeads, hiddenAct, layerNormEps);
  }

  private static ClipLayer.Shape layer(
      int size, int inner, int heads, String activation, double eps) {
    return new ClipLayer.Shape(size, inner, heads, activation, eps);
  }

  /** Patches of an image. */
  int patches() {
    int grid = imageSize / patchSize;
    return grid * grid;
  }
}
