package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import dev.meander.text.Conditioning;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What one rollout leaves for credit and update. N samples, group after group; n stochastic steps.
 *
 * @param groups in the order of their samples
 * @param groupIds [N]
 * @param window the n stochastic steps
 * @param latents n + 1 tensors [N, C, H, W]: before the first stochastic step and after each
 * @param logProbs n tensors [N]: the log-density of each stochastic step when it was drawn
 * @param referenceMeans n tensors [N, C, H, W]: each step's mean under the reference policy; empty
 *     without a KL penalty
 * @param prompts conditioning of the N samples
 * @param negative conditioning of N empty prompts
 * @param images N decoded images
 */
public record Trajectories(
    List<PromptGroup> groups,
    long[] groupIds,
    StepRange window,
    List<Tensor> latents,
    List<Tensor> logProbs,
    Optional<List<Tensor>> referenceMeans,
    Conditioning prompts,
    Conditioning negative,
    List<Image> images) {

  /** N. */
  public int samples() {
    return groupIds.length;
  }
}
