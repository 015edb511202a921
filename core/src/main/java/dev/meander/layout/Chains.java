package dev.meander.layout;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;

/**
 * Every sample is a trajectory of its own, stochastic through the whole window (Flow-GRPO, arXiv
 * 2505.05470; DanceGRPO, arXiv 2505.07818, with one initial noise; TP-GRPO, arXiv 2602.06422).
 */
@Variant("chains")
public record Chains(
    @Doc(
            "Distinct initial noises of a group, shared by equally many samples; 0 means one for every sample,"
                + " 1 is DanceGRPO's choice.")
        @Default("0")
        @Range(min = 0, max = 4096)
        int noises)
    implements RolloutPlan {
  @Override
  public RolloutLayout layout(List<PromptGroup> groups, StepRange window, boolean odeCompletions) {
    return new RolloutLayout(
        groups,
        window,
        RolloutLayout.trunks(groups, 1, this::initialNoises),
        RolloutLayout.Continuation.FIRST_ROW,
        odeCompletions,
        odeCompletions);
  }

  @Override
  public int initialNoises(int groupSize) {
    return noises == 0 ? groupSize : noises;
  }

  @Override
  public boolean hasTrajectories() {
    return true;
  }

  @Override
  public String problem(int groupSize) {
    return groupSize % initialNoises(groupSize) == 0
        ? ""
        : "data.group_size (%d) must be a multiple of method.plan.noises (%d)"
            .formatted(groupSize, noises);
  }
}
