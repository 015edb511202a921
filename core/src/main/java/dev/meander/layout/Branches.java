package dev.meander.layout;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;

/**
 * At every step of the window K branches leave the trunk by one stochastic step and are finished by
 * the ODE, so that a branch's reward belongs to that step (TempFlow-GRPO, arXiv 2508.04324).
 */
@Variant("branches")
public record Branches(
    @Doc("Branches K of one trunk at every step of the window.")
        @Default("6")
        @Range(min = 2, max = 4096)
        int branches,
    @Doc(
            "How the trunk goes on: `ode` is TempFlow-GRPO; `sde` follows its first branch, so that rules with"
                + " turning points have a trend to look at.")
        @Default("ode")
        Trunk trunk)
    implements RolloutPlan {
  /** How a trunk goes on from a stochastic step. */
  public enum Trunk {
    ODE,
    SDE
  }

  @Override
  public RolloutLayout layout(List<PromptGroup> groups, StepRange window, boolean odeCompletions) {
    return new RolloutLayout(
        groups,
        window,
        RolloutLayout.trunks(groups, branches, this::initialNoises),
        trunk == Trunk.SDE ? RolloutLayout.Continuation.FIRST_ROW : RolloutLayout.Continuation.ODE,
        true,
        odeCompletions);
  }

  @Override
  public int initialNoises(int groupSize) {
    return groupSize / branches;
  }

  @Override
  public boolean hasTrajectories() {
    return trunk == Trunk.SDE;
  }

  @Override
  public String problem(int groupSize) {
    return groupSize % branches == 0
        ? ""
        : "data.group_size (%d) must be a multiple of method.plan.branches (%d)"
            .formatted(groupSize, branches);
  }
}
