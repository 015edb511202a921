package dev.meander.model;

import java.util.List;

/**
 * The hyperparameters of {@link AutoencoderKl}: the keys of its {@code config.json}.
 *
 * @param inChannels image channels
 * @param outChannels image channels of the decoder
 * @param latentChannels channels of the latent
 * @param blockOutChannels features of each level; each but the last halves the resolution
 * @param layersPerBlock residual blocks a level (the decoder has one more)
 * @param normNumGroups groups of every group normalisation
 * @param scalingFactor latents are multiplied by this for the flow model
 * @param shiftFactor subtracted from latents before the scaling; 0 when absent
 * @param useQuantConv a 1x1 convolution after the encoder
 * @param usePostQuantConv a 1x1 convolution before the decoder
 * @param midBlockAddAttention attention in the middle of encoder and decoder
 */
public record VaeConfig(
    int inChannels,
    int outChannels,
    int latentChannels,
    List<Integer> blockOutChannels,
    int layersPerBlock,
    int normNumGroups,
    double scalingFactor,
    double shiftFactor,
    boolean useQuantConv,
    boolean usePostQuantConv,
    boolean midBlockAddAttention) {

  public VaeConfig {
    blockOutChannels = List.copyOf(blockOutChannels);
  }

  /** Image pixels a latent cell's side. */
  public int downscale() {
    return 1 << (blockOutChannels.size() - 1);
  }
}
