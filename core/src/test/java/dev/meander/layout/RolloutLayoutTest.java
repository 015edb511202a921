package dev.meander.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.layout.Branches.Trunk;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two groups of 4 rows, stochastic at steps 1 to 3, and what each plan makes of them. */
class RolloutLayoutTest {
  private static final List<PromptGroup> GROUPS =
      List.of(
          new PromptGroup(11, Prompt.of("0", "a circle"), 4),
          new PromptGroup(12, Prompt.of("1", "a square"), 4));
  private static final StepRange WINDOW = new StepRange(1, 4);
  private static final List<RolloutPlan> PLANS =
      List.of(new Chains(0), new Chains(2), new Branches(2, Trunk.ODE), new Branches(2, Trunk.SDE));

  @Test
  void everyImageStandsInOnePlaceOfItsGroup() {
    for (RolloutPlan plan : PLANS) {
      for (boolean odeCompletions : new boolean[] {false, true}) {
        RolloutLayout layout = plan.layout(GROUPS, WINDOW, odeCompletions);
        IntStream.Builder named = IntStream.builder();
        for (int i = 0; i < layout.rows(); i++) {
          for (int j = 0; j < layout.columns(); j++) {
            if (layout.isFinished(i, j)) {
              named.add(layout.imageAfter(i, j));
              assertThat(layout.groupOfImage(layout.imageAfter(i, j))).isEqualTo(layout.group(i));
            }
          }
        }
        if (odeCompletions) {
          for (dev.meander.layout.Trunk trunk : layout.trunks()) {
            named.add(layout.imageBefore(trunk));
            assertThat(layout.groupOfImage(layout.imageBefore(trunk)))
                .isEqualTo(GROUPS.get(trunk.group()));
          }
        }
        assertThat(named.build().sorted().toArray())
            .as("%s, %s", plan, odeCompletions)
            .isEqualTo(IntStream.range(0, layout.images()).toArray());
      }
    }
  }

  @Test
  void placesTakeTheImagesApartByPromptAndStep() {
    for (RolloutPlan plan : PLANS) {
      for (boolean odeCompletions : new boolean[] {false, true}) {
        RolloutLayout layout = plan.layout(GROUPS, WINDOW, odeCompletions);
        List<int[]> places = layout.places();
        assertThat(places.stream().flatMapToInt(IntStream::of).sorted().toArray())
            .as("%s, %s", plan, odeCompletions)
            .isEqualTo(IntStream.range(0, layout.images()).toArray());
        for (int[] place : places) {
          assertThat(IntStream.of(place).mapToObj(layout::groupOfImage).distinct()).hasSize(1);
          assertThat(place).isSorted();
        }
      }
    }
    RolloutLayout branches = new Branches(2, Trunk.SDE).layout(GROUPS, WINDOW, true);
    assertThat(branches.places()).hasSize(2 * 4);
    assertThat(branches.places().get(0)).containsExactly(0, 1); // before the window
    assertThat(branches.places().get(2))
        .containsExactly(IntStream.range(0, 4).map(i -> branches.imageAfter(i, 1)).toArray());
    assertThat(new Chains(0).layout(GROUPS, WINDOW, false).places().get(1))
        .containsExactly(4, 5, 6, 7);
  }

  @Test
  void chainsAreTheirOwnTrunks() {
    RolloutLayout layout = new Chains(0).layout(GROUPS, WINDOW, false);
    assertThat(layout.rows()).isEqualTo(8);
    assertThat(layout.trunks()).hasSize(8);
    assertThat(layout.branches()).isFalse();
    assertThat(IntStream.range(0, 8).allMatch(layout::isTrunk)).isTrue();
    assertThat(layout.images()).isEqualTo(8);
    assertThat(layout.outcomes(3)).containsExactly(layout.lastImage(3));
    assertThat(layout.isFinished(3, 1)).isFalse();
    assertThatThrownBy(() -> layout.imageAfter(3, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("row 3");
    assertThatThrownBy(() -> layout.imageBefore(layout.trunk(0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void completedChainsHaveAnImageBeforeAndAfterEveryStep() {
    RolloutLayout layout = new Chains(0).layout(GROUPS, WINDOW, true);
    assertThat(layout.images()).isEqualTo(8 * 4);
    assertThat(layout.outcomes(3)).containsExactly(layout.lastImage(3));
    assertThat(layout.trunkImages(3))
        .containsExactly(
            layout.imageBefore(layout.trunk(3)),
            layout.imageAfter(3, 0),
            layout.imageAfter(3, 1),
            layout.imageAfter(3, 2));
  }

  @Test
  void branchesOfAnOdeTrunkAreNeverTheTrunk() {
    RolloutLayout layout = new Branches(2, Trunk.ODE).layout(GROUPS, WINDOW, true);
    assertThat(layout.trunks()).hasSize(4);
    assertThat(layout.branches()).isTrue();
    assertThat(IntStream.range(0, 8).noneMatch(layout::isTrunk)).isTrue();
    assertThat(layout.followed(layout.trunk(5))).isEmpty();
    assertThat(layout.images()).isEqualTo(8 * 3 + 4);
    assertThat(layout.outcomes(5)).hasSize(3);
    int start = layout.imageBefore(layout.trunk(5));
    assertThat(layout.trunkImages(5)).containsExactly(start, start, start, start);
  }

  @Test
  void aStochasticTrunkIsItsFirstRow() {
    RolloutLayout layout = new Branches(2, Trunk.SDE).layout(GROUPS, WINDOW, true);
    assertThat(IntStream.range(0, 8).filter(layout::isTrunk)).containsExactly(0, 2, 4, 6);
    assertThat(layout.followed(layout.trunk(5))).hasValue(4);
    assertThat(layout.trunkImages(5))
        .containsExactly(
            layout.imageBefore(layout.trunk(4)),
            layout.imageAfter(4, 0),
            layout.imageAfter(4, 1),
            layout.imageAfter(4, 2));
  }

  @Test
  void rowsKnowTheirGroupsAndNoises() {
    for (RolloutPlan plan : List.of(new Chains(2), new Branches(2, Trunk.ODE))) {
      RolloutLayout layout = plan.layout(GROUPS, WINDOW, false);
      assertThat(layout.groupIds()).containsExactly(11, 11, 11, 11, 12, 12, 12, 12);
      assertThat(layout.noiseIds()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
      assertThat(layout.rowsByGroup())
          .containsExactly(new int[] {0, 1, 2, 3}, new int[] {4, 5, 6, 7});
      assertThat(layout.steps()).containsExactly(1, 2, 3);
    }
    assertThat(new Chains(0).layout(GROUPS, WINDOW, false).noiseIds())
        .containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
    assertThat(new Chains(1).layout(GROUPS, WINDOW, false).noiseIds()).containsOnly(0);
  }
}
