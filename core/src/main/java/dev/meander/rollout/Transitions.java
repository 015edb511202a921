package dev.meander.rollout;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The stochastic steps of a rollout, for the update: N rows with a transition in each of n columns.
 * All lists are empty when there is no row.
 *
 * @param before n tensors [N, C, H, W]: the latents before each transition
 * @param after n tensors [N, C, H, W]: the latents that each transition drew
 * @param logProbs n tensors [N]: its log-density when it was drawn
 * @param means n tensors [N, C, H, W]: its mean when it was drawn; empty unless asked for
 * @param referenceMeans n tensors [N, C, H, W]: its mean under the reference policy; empty without
 *     a KL penalty
 */
public record Transitions(
    List<Tensor> before,
    List<Tensor> after,
    List<Tensor> logProbs,
    Optional<List<Tensor>> means,
    Optional<List<Tensor>> referenceMeans) {}
