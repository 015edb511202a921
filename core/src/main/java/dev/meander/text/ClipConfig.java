package dev.meander.text;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Ignored;
import dev.meander.config.Positive;
import dev.meander.config.Problems;
import dev.meander.nn.ClipLayer;

/** The hyperparameters of {@link ClipTextModel}: the keys of its {@code config.json}. */
@Ignored({
  "architectures",
  "attention_dropout",
  "bos_token_id",
  "dropout",
  "dtype",
  "initializer_factor",
  "initializer_range",
  "model_type",
  "pad_token_id",
  "torch_dtype",
  "transformers_version"
})
public record ClipConfig(
    @Doc("Token ids.") int vocabSize,
    @Doc("Features of a token.") @Positive int hiddenSize,
    @Doc("Features inside the feed-forward.") @Positive int intermediateSize,
    @Doc("Features of the projected prompt.") @Default("512") @Positive int projectionDim,
    @Doc("Layers.") @Positive int numHiddenLayers,
    @Doc("Heads of the attention.") @Positive int numAttentionHeads,
    @Doc("Tokens of the longest prompt.") @Positive int maxPositionEmbeddings,
    @Doc("quick_gelu or gelu.") String hiddenAct,
    @Doc("Epsilon of the layer normalisations.") @Default("1e-5") @Positive double layerNormEps,
    @Doc("The id that ends a prompt; 2, an old value, means the largest id of the prompt.")
        @Default("49407")
        int eosTokenId) {

  public ClipConfig {
    layer(hiddenSize, intermediateSize, numAttentionHeads, hiddenAct, layerNormEps);
  }

  /** The measures of each layer. */
  ClipLayer.Shape layer() {
    return layer(hiddenSize, intermediateSize, numAttentionHeads, hiddenAct, layerNormEps);
  }

  private static ClipLayer.Shape layer(
      int size, int inner, int heads, String activation, double eps) {
    return new ClipLayer.Shape(size, inner, heads, activation, eps);
  }

  /** Notes when prompts of so many tokens are longer than the encoder takes. */
  public void requireLength(int tokens, Problems problems) {
    if (tokens > maxPositionEmbeddings) {
      problems.add(
          "tokenizer's model_max_length, %d, exceeds a text encoder's max_position_embeddings, %d"
              .formatted(tokens, maxPositionEmbeddings));
    }
  }
}
