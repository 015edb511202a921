package dev.meander.text;

/**
 * The hyperparameters of {@link ClipTextModel}: the keys of its {@code config.json}.
 *
 * @param vocabSize token ids
 * @param hiddenSize features of a token
 * @param intermediateSize features inside the feed-forward
 * @param projectionDim features of the projected prompt
 * @param numHiddenLayers layers
 * @param numAttentionHeads heads
 * @param maxPositionEmbeddings longest sequence
 * @param hiddenAct {@code quick_gelu} or {@code gelu}
 * @param layerNormEps epsilon of the layer normalisations
 * @param eosTokenId id that ends a prompt; the legacy value 2 means the largest id of the sequence
 */
public record ClipConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int projectionDim,
    int numHiddenLayers,
    int numAttentionHeads,
    int maxPositionEmbeddings,
    String hiddenAct,
    double layerNormEps,
    int eosTokenId) {

  public ClipConfig {
    if (!hiddenAct.equals("quick_gelu") && !hiddenAct.equals("gelu")) {
      throw new IllegalArgumentException("hidden_act must be quick_gelu or gelu, not " + hiddenAct);
    }
  }
}
