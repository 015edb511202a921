package dev.meander.model;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Ignored;
import dev.meander.config.Positive;
import java.util.List;

/** The hyperparameters of {@link AutoencoderKl}: the keys of its {@code config.json}. */
@Ignored({
  "act_fn",
  "down_block_types",
  "force_upcast",
  "latents_mean",
  "latents_std",
  "up_block_types"
})
public record VaeConfig(
    @Doc("Channels of images.") @Positive int inChannels,
    @Doc("Channels of the decoder's images.") @Positive int outChannels,
    @Doc("Channels of latents.") @Positive int latentChannels,
    @Doc("Features of each level; each but the last halves the resolution.") @Positive
        List<Integer> blockOutChannels,
    @Doc("Residual blocks of a level; the decoder has one more.") @Positive int layersPerBlock,
    @Doc("Groups of every group normalisation.") @Default("32") @Positive int normNumGroups,
    @Doc("What latents are multiplied by for the flow model.") @Default("0.18215") @Positive
        double scalingFactor,
    @Doc("What is subtracted from latents before that.") @Default("0") double shiftFactor,
    @Doc("A 1x1 convolution after the encoder.") @Default("true") boolean useQuantConv,
    @Doc("A 1x1 convolution before the decoder.") @Default("true") boolean usePostQuantConv,
    @Doc("Attention in the middle of encoder and decoder.") @Default("true")
        boolean midBlockAddAttention,
    @Doc("Side in pixels of the images that it was made for: the size of a tile.")
        @Default("32")
        @Positive
        int sampleSize) {
  private static final int MOST_LEVELS = 12;

  public VaeConfig {
    blockOutChannels = List.copyOf(blockOutChannels);
    if (blockOutChannels.isEmpty()) {
      throw new IllegalArgumentException("block_out_channels must name at least one level");
    }
    if (blockOutChannels.size() > MOST_LEVELS) {
      throw new IllegalArgumentException(
          "block_out_channels may name at most %d levels, each of half the resolution"
              .formatted(MOST_LEVELS));
    }
  }

  /** Image pixels a latent cell's side. */
  public int downscale() {
    return 1 << (blockOutChannels.size() - 1);
  }
}
