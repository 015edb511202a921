package dev.meander.model.sd3;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Ignored;
import dev.meander.config.Nullable;
import dev.meander.config.Positive;
import dev.meander.model.TransformerConfig;
import dev.meander.nn.Parameters;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The hyperparameters of {@link Sd3Transformer}: the keys of its {@code config.json}. */
@Ignored
public record Sd3Config(
    @Doc("Side of the latent that positions are scaled to.") @Positive int sampleSize,
    @Doc("Side of a token in latent cells.") @Positive int patchSize,
    @Doc("Channels of latents.") @Positive int inChannels,
    @Doc("Channels of the prediction; none means those of latents.") @Nullable @Positive
        Integer outChannels,
    @Doc("Joint blocks.") @Positive int numLayers,
    @Doc("Features of a head.") @Positive int attentionHeadDim,
    @Doc("Heads; times attention_head_dim is the width.") @Positive int numAttentionHeads,
    @Doc("Features of a text token.") @Positive int jointAttentionDim,
    @Doc("What text tokens are projected to: the width.") @Positive int captionProjectionDim,
    @Doc("Features of the pooled text.") @Positive int pooledProjectionDim,
    @Doc("Side of the largest image in tokens.") @Positive int posEmbedMaxSize,
    @Doc("Blocks with a second attention, of the image alone.") @Default("[]")
        List<Integer> dualAttentionLayers,
    @Doc("rms_norm, or none.") @Nullable String qkNorm)
    implements TransformerConfig {

  public Sd3Config {
    dualAttentionLayers =
        dualAttentionLayers == null ? List.of() : List.copyOf(dualAttentionLayers);
    if (qkNorm != null && !qkNorm.equals("rms_norm")) {
      throw new IllegalArgumentException("qk_norm must be rms_norm or null, not " + qkNorm);
    }
    if (captionProjectionDim != attentionHeadDim * numAttentionHeads) {
      throw new IllegalArgumentException(
          "caption_projection_dim must equal num_attention_heads * attention_head_dim = "
              + attentionHeadDim * numAttentionHeads);
    }
  }

  @Override
  public int width() {
    return attentionHeadDim * numAttentionHeads;
  }

  /** Channels of the predicted velocity. */
  public int channelsOut() {
    return outChannels == null ? inChannels : outChannels;
  }

  @Override
  public int latentChannels() {
    return inChannels;
  }

  @Override
  public int tokenSide() {
    return patchSize;
  }

  @Override
  public Sd3Config withHeads(int heads) {
    return new Sd3Config(
        sampleSize,
        patchSize,
        inChannels,
        outChannels,
        numLayers,
        attentionHeadDim,
        heads,
        jointAttentionDim,
        heads * attentionHeadDim,
        pooledProjectionDim,
        posEmbedMaxSize,
        dualAttentionLayers,
        qkNorm);
  }

  @Override
  public Sd3Transformer build(Parameters parameters, ScalarType compute) {
    return new Sd3Transformer(this, parameters, compute);
  }
}
