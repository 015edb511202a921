package dev.meander.rollout;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The latents at the end of the schedule that the images were decoded from.
 *
 * @param latents [C, H, W] each, by the layout's number of their images
 */
public record CleanLatents(List<Tensor> latents) {}
