package dev.meander.rollout;

import dev.meander.prompt.PromptGroup;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
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
 * @param groupPrompts conditioning of the groups, a row each: those of the N samples would repeat
 *     it
 * @param groupRows [N]: which of them a sample has
 * @param empty conditioning of the empty prompt, one row
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
    Conditioning groupPrompts,
    long[] groupRows,
    Conditioning empty,
    Finals finals,
    Cost cost) {

  /**
   * What sampling took; the reference policy's own passes are not counted.
   *
   * @param passes passes of the network
   * @param evaluations latents that went through the network, in all passes together
   */
  public record Cost(long passes, long evaluations) {}

  /** Conditioning of the given samples. */
  public Conditioning prompts(long... samples) {
    long[] rows = Arrays.stream(samples).map(i -> groupRows[(int) i]).toArray();
    return groupPrompts.select(Tensors.of(rows, rows.length));
  }

  /** Conditioning of the N samples. */
  public Conditioning prompts() {
    return prompts(LongStream.range(0, samples()).toArray());
  }

  /** Conditioning of as many empty prompts. */
  public Conditioning negative(int count) {
    return empty.select(Tensors.of(new long[count], count));
  }

  /** Conditioning of N empty prompts. */
  public Conditioning negative() {
    return negative(samples());
  }

  /** N. */
  public int samples() {
    return groupIds.length;
  }
}
