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
    assertThat(layout.outcomes(3)).containsExactly(3);
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
    assertThat(layout.outcomes(3)).containsExactly(8 + 3 * 3 + 2);
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
    assertThat(layout.outcomes(5)).containsExactly(4 + 15, 4 + 16, 4 + 17);
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

  /** Of six steps, the first before the window and the last two after it. */
  @Test
  void evaluationsAreCountedPathByPath() {
    // A chain takes every step once.
    assertThat(evaluations(new Chains(0), false)).isEqualTo(8 * 6);
    // Completions of a chain begin where it goes on, but for the last: 4 from before the window, 3,
    // 2 and 2.
    assertThat(evaluations(new Chains(0), true)).isEqualTo(8 * (4 + 4 + 3 + 2 + 2));
    // The branches of an ODE trunk share nothing with it; its own image takes its last two steps.
    assertThat(evaluations(new Branches(2, Trunk.ODE), false)).isEqualTo(4 * (4 + 2 * 9));
    assertThat(evaluations(new Branches(2, Trunk.ODE), true)).isEqualTo(4 * (4 + 2 + 2 * 9));
    // The first branch is the trunk.
    assertThat(evaluations(new Branches(2, Trunk.SDE), false)).isEqualTo(4 * (4 + 7 + 9));
    assertThat(evaluations(new Branches(2, Trunk.SDE), true)).isEqualTo(4 * (4 + 4 + 7 + 9));
  }

  private static long evaluations(RolloutPlan plan, boolean odeCompletions) {
    return plan.layout(GROUPS, WINDOW, odeCompletions).evaluations(6);
  }

  @Test
  void partsHaveTheirShareOfEveryUpdate() {
    List<LayoutPart> chains = new Chains(0).layout(GROUPS, WINDOW, true).parts(3, 2);
    assertThat(chains.stream().map(LayoutPart::rows))
        .containsExactly(new int[] {0, 4}, new int[] {1, 5}, new int[] {2, 3, 6, 7});
    assertThat(chains.get(1).images()).containsExactly(1, 5, 11, 12, 13, 23, 24, 25);
    assertThat(chains.get(1).layout().trunks())
        .containsExactly(
            new dev.meander.layout.Trunk(0, 0, 1, 1, 0, 1),
            new dev.meander.layout.Trunk(1, 1, 1, 1, 1, 1));

    List<LayoutPart> branches =
        new Branches(2, Trunk.ODE).layout(GROUPS, WINDOW, false).parts(2, 1);
    assertThat(branches.get(1).rows()).containsExactly(4, 5, 6, 7);
    assertThat(branches.get(1).images()).containsExactly(IntStream.range(12, 24).toArray());
    assertThat(branches.get(1).layout().trunks())
        .containsExactly(
            new dev.meander.layout.Trunk(0, 1, 0, 0, 0, 2),
            new dev.meander.layout.Trunk(1, 1, 1, 1, 2, 2));
  }

  @Test
  void whatIsCutIntoPartsStaysTheSameTree() {
    for (RolloutPlan plan : PLANS) {
      for (boolean odeCompletions : new boolean[] {false, true}) {
        RolloutLayout whole = plan.layout(GROUPS, WINDOW, odeCompletions);
        for (int count : new int[] {1, 2, 3, 5, 11}) {
          for (int shares : new int[] {1, 2}) {
            List<LayoutPart> parts = whole.parts(count, shares);
            String what =
                "%s, %s, %d parts, %d shares".formatted(plan, odeCompletions, count, shares);
            assertThat(parts).hasSize(count);
            assertThat(parts.stream().flatMapToInt(p -> IntStream.of(p.rows())).sorted().toArray())
                .as(what)
                .isEqualTo(IntStream.range(0, whole.rows()).toArray());
            assertThat(
                    parts.stream().flatMapToInt(p -> IntStream.of(p.images())).sorted().toArray())
                .as(what)
                .isEqualTo(IntStream.range(0, whole.images()).toArray());
            parts.forEach(part -> sameTree(part, whole, what));
          }
        }
      }
    }
  }

  private static void sameTree(LayoutPart part, RolloutLayout whole, String what) {
    RolloutLayout layout = part.layout();
    assertThat(layout.groups()).isEqualTo(GROUPS);
    assertThat(layout.window()).isEqualTo(WINDOW);
    assertThat(layout.finishesStarts()).isEqualTo(whole.finishesStarts());
    assertThat(layout.rows()).as(what).isEqualTo(part.rows().length);
    assertThat(layout.images()).as(what).isEqualTo(part.images().length);
    for (int i = 0; i < layout.rows(); i++) {
      int row = part.rows()[i];
      assertThat(layout.group(i)).as(what).isEqualTo(whole.group(row));
      assertThat(layout.isTrunk(i)).as(what).isEqualTo(whole.isTrunk(row));
      assertThat(layout.trunk(i).member()).as(what).isEqualTo(whole.trunk(row).member());
      assertThat(layout.trunk(i).noise()).as(what).isEqualTo(whole.trunk(row).noise());
      if (layout.finishesStarts()) {
        assertThat(part.images()[layout.imageBefore(layout.trunk(i))])
            .as(what)
            .isEqualTo(whole.imageBefore(whole.trunk(row)));
      }
      for (int j = 0; j < layout.columns(); j++) {
        assertThat(layout.isFinished(i, j)).as(what).isEqualTo(whole.isFinished(row, j));
        if (layout.isFinished(i, j)) {
          assertThat(part.images()[layout.imageAfter(i, j)])
              .as(what)
              .isEqualTo(whole.imageAfter(row, j));
        }
      }
    }
  }

  @Test
  void plansSayWhatTheyHaveAndWhichGroupsTheyTake() {
    assertThat(new Chains(0).hasTrajectories()).isTrue();
    assertThat(new Branches(2, Trunk.SDE).hasTrajectories()).isTrue();
    assertThat(new Branches(2, Trunk.ODE).hasTrajectories()).isFalse();
    assertThat(new Chains(0).problem(5)).isEmpty();
    assertThat(new Chains(3).problem(6)).isEmpty();
    assertThat(new Chains(3).problem(4))
        .isEqualTo("data.group_size (4) must be a multiple of method.plan.noises (3)");
    assertThat(new Branches(3, Trunk.ODE).problem(6)).isEmpty();
    assertThat(new Branches(3, Trunk.ODE).problem(4))
        .isEqualTo("data.group_size (4) must be a multiple of method.plan.branches (3)");
    assertThat(new Chains(0).layout(GROUPS, WINDOW, true).finishesStarts()).isTrue();
    assertThat(new Chains(0).layout(GROUPS, WINDOW, false).finishesStarts()).isFalse();
  }
}
