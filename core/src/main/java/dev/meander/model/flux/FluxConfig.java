package dev.meander.model.flux;

import dev.meander.config.Default;
import dev.meander.config.Ignored;
import dev.meander.config.Nullable;
import dev.meander.config.Positive;
import dev.meander.model.TransformerConfig;
import dev.meander.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The hyperparameters of {@link FluxTransformer}: the keys of its {@code config.json}.
 *
 * @param patchSize must be 1: latents are packed before the network
 * @param inChannels the number of features of a packed token, four times the latent channels
 * @param outChannels the number of features of a predicted token; null means {@code inChannels}
 * @param numLayers the number of blocks with a stream each for image and text
 * @param numSingleLayers the number of blocks after them, with one stream for both
 * @param attentionHeadDim the features of a head
 * @param numAttentionHeads the heads, whose number times {@code attentionHeadDim} is the width
 * @param jointAttentionDim the number of features of a text token
 * @param pooledProjectionDim the number of features of the pooled text
 * @param guidanceEmbeds whether the network is told a guidance scale (FLUX.1-dev)
 * @param axesDimsRope the number of features of a head that turn with each axis of the position
 */
@Ignored
public record FluxConfig(
    @Default("1") int patchSize,
    @Default("64") @Positive int inChannels,
    @Nullable @Positive Integer outChannels,
    @Default("19") @Positive int numLayers,
    @Default("38") @Positive int numSingleLayers,
    @Default("128") @Positive int attentionHeadDim,
    @Default("24") @Positive int numAttentionHeads,
    @Default("4096") @Positive int jointAttentionDim,
    @Default("768") @Positive int pooledProjectionDim,
    @Default("false") boolean guidanceEmbeds,
    @Default("[16, 56, 56]") @Positive List<Integer> axesDimsRope)
    implements TransformerConfig {
  private static final int AXES = 3;

  public FluxConfig {
    axesDimsRope = List.copyOf(axesDimsRope);
    List<String> problems = new ArrayList<>();
    if (patchSize != 1) {
      problems.add("patch_size must be 1, not " + patchSize);
    }
    if (inChannels % (FluxTransformer.PACK * FluxTransformer.PACK) != 0) {
      problems.add("in_channels must be a multiple of 4 (2 x 2 latent cells), not " + inChannels);
    }
    int turned = axesDimsRope.stream().mapToInt(Integer::intValue).sum();
    if (axesDimsRope.size() != AXES
        || axesDimsRope.stream().anyMatch(d -> d % 2 != 0)
        || turned != attentionHeadDim) {
      problems.add(
          "axes_dims_rope must be three even numbers that add up to attention_head_dim = %d, not %s"
              .formatted(attentionHeadDim, axesDimsRope));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  @Override
  public int width() {
    return attentionHeadDim * numAttentionHeads;
  }

  /** Features of a predicted token. */
  public int channelsOut() {
    return outChannels == null ? inChannels : outChannels;
  }

  @Override
  public int latentChannels() {
    return inChannels / (FluxTransformer.PACK * FluxTransformer.PACK);
  }

  @Override
  public int tokenSide() {
    return FluxTransformer.PACK;
  }

  @Override
  public FluxConfig withHeads(int heads) {
    return new FluxConfig(
        patchSize,
        inChannels,
        outChannels,
        numLayers,
        numSingleLayers,
        attentionHeadDim,
        heads,
        jointAttentionDim,
        pooledProjectionDim,
        guidanceEmbeds,
        axesDimsRope);
  }

  @Override
  public FluxTransformer build(Parameters parameters, ScalarType compute) {
    return new FluxTransformer(this, parameters, compute);
  }
}
