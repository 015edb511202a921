package dev.meander.text;

import dev.meander.config.Default;
import dev.meander.config.Ignored;
import dev.meander.config.Positive;

/**
 * The hyperparameters of {@link T5EncoderModel}: the keys of its {@code config.json}.
 *
 * @param vocabSize the number of token ids
 * @param dModel the number of features of a token
 * @param dKv the number of features of a head
 * @param dFf the number of features inside the feed-forward
 * @param numLayers the number of layers
 * @param numHeads the heads of the attention
 * @param relativeAttentionNumBuckets the number of distances that the bias tells apart, in both
 *     directions together
 * @param relativeAttentionMaxDistance all farther tokens share a bucket
 * @param layerNormEpsilon the epsilon of the normalisations
 * @param feedForwardProj must be {@code gated-gelu}
 */
@Ignored({
  "architectures",
  "bos_token_id",
  "classifier_dropout",
  "decoder_start_token_id",
  "dense_act_fn",
  "dropout_rate",
  "dtype",
  "eos_token_id",
  "initializer_factor",
  "is_decoder",
  "is_encoder_decoder",
  "is_gated_act",
  "model_type",
  "n_positions",
  "num_decoder_layers",
  "output_past",
  "pad_token_id",
  "scale_decoder_outputs",
  "task_specific_params",
  "tie_word_embeddings",
  "torch_dtype",
  "transformers_version",
  "use_cache"
})
public record T5Config(
    @Positive int vocabSize,
    @Positive int dModel,
    @Positive int dKv,
    @Positive int dFf,
    @Positive int numLayers,
    @Positive int numHeads,
    @Default("32") @Positive int relativeAttentionNumBuckets,
    @Default("128") @Positive int relativeAttentionMaxDistance,
    @Default("1e-6") @Positive double layerNormEpsilon,
    String feedForwardProj) {
  private static final String GATED_GELU = "gated-gelu";

  public T5Config {
    if (!feedForwardProj.equals(GATED_GELU)) {
      throw new IllegalArgumentException(
          "feed_forward_proj must be gated-gelu (T5 1.1), not " + feedForwardProj);
    }
    if (relativeAttentionNumBuckets % 4 != 0
        || relativeAttentionMaxDistance <= relativeAttentionNumBuckets / 4) {
      throw new IllegalArgumentException(
          "relative_attention_num_buckets must be a multiple of 4, and relative_attention_max_distance"
              + " more than a quarter of it, not %d and %d"
                  .formatted(relativeAttentionNumBuckets, relativeAttentionMaxDistance));
    }
  }
}
