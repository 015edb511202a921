package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Ignored;
import dev.meander.config.Positive;

/** The hyperparameters of {@link BlipText}: keys of BLIP's {@code med_config.json}. */
@Ignored({
  "add_cross_attention",
  "add_type_embeddings",
  "architectures",
  "attention_probs_dropout_prob",
  "encoder_width",
  "fusion_layer",
  "hidden_dropout_prob",
  "initializer_range",
  "model_type",
  "pad_token_id",
  "type_vocab_size"
})
record BlipTextConfig(
    @Positive int vocabSize,
    @Positive int hiddenSize,
    @Positive int intermediateSize,
    @Positive int numHiddenLayers,
    @Positive int numAttentionHeads,
    @Positive int maxPositionEmbeddings,
    @Default("gelu") String hiddenAct,
    @Default("1e-12") @Positive double layerNormEps) {
  BlipTextConfig {
    if (!hiddenAct.equals("gelu")) {
      throw new IllegalArgumentException("hidden_act must be gelu, not " + hiddenAct);
    }
    if (hiddenSize % numAttentionHeads != 0) {
      throw new IllegalArgumentException(
          "hidden_size (%d) must be a multiple of num_attention_heads (%d)"
              .formatted(hiddenSize, numAttentionHeads));
    }
  }
}
