package dev.meander.rollout;

import dev.meander.prompt.PromptGroup;
import dev.meander.text.Conditioning;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What one rollout leaves for credit and update: N rows, group after group, with n transitions
 * each, one at every step of the window.
 *
 * @param groups in the order of their rows
 * @param groupIds [N]
 * @param noiseIds [N]: which of its group's initial noises a row comes from
 * @param steps [n], the schedule's steps that are stochastic
 * @param before n tensors [N, C, H, W]: the latents before each transition
 * @param after n tensors [N, C, H, W]: the latents that each transition drew
 * @param logProbs n tensors [N]: its log-density when it was drawn
 * @param means n tensors [N, C, H, W]: its mean when it was drawn; empty unless asked for
 * @param referenceMeans n tensors [N, C, H, W]: its mean under the reference policy; empty without
 *     a KL penalty
 * @param prompts conditioning of the N rows
 * @param negative conditioning of N empty prompts
 * @param finals the finished images
 * @param cost what it took
 */
public record Trajectories(
    List<PromptGroup> groups,
    long[] groupIds,
    long[] noiseIds,
    int[] steps,
    List<Tensor> before,
    List<Tensor> after,
    List<Tensor> logProbs,
    Optional<List<Tensor>> means,
    Optional<List<Tensor>> referenceMeans,
    Conditioning prompts,
    Conditioning negative,
    Finals finals,
    Cost cost) {

  /**
   * What sampling took; the reference policy's own passes are not counted.
   *
   * @param passes passes of the network
   * @param evaluations latents that went through the network, in all passes together
   */
  public record Cost(long passes, long evaluations) {}

  /** N. */
  public int samples() {
    return groupIds.length;
  }
}
