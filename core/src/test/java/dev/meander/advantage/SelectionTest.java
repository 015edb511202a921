package dev.meander.advantage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static final long[] TWO_GROUPS = {7, 7, 7, 7, 9, 9, 9, 9};

  @Test
  void everythingStaysByDefault() {
    assertThat(counts(Selection.ALL.keep(TWO_GROUPS, advantages(8, 3), false, 1, 0)))
        .containsOnly(3);
  }

  @Test
  void thatManyStepsOfEverySampleStay() {
    assertThat(counts(new Selection(0.6, 0).keep(TWO_GROUPS, advantages(8, 5), false, 1, 0)))
        .containsOnly(3);
    assertThat(counts(new Selection(0.6, 0).keep(TWO_GROUPS, advantages(8, 9), false, 1, 0)))
        .containsOnly(5);
    assertThat(counts(new Selection(0, 0).keep(TWO_GROUPS, advantages(8, 5), false, 1, 0)))
        .containsOnly(1);
  }

  @Test
  void everyStepStaysEquallyOften() {
    int rows = 5000;
    boolean[][] keep = new Selection(0.6, 0).keep(new long[rows], advantages(rows, 5), false, 1, 0);
    for (int j = 0; j < 5; j++) {
      final int step = j;
      long kept = Arrays.stream(keep).filter(row -> row[step]).count();
      // Five standard deviations of a binomial: sqrt(5000 * 0.6 * 0.4) = 35.
      assertThat(kept).as("step %d", j).isBetween(3000L - 175, 3000L + 175);
    }
    assertThat(Arrays.stream(keep).map(Arrays::toString).distinct()).hasSize(10); // 5 choose 3
  }

  @Test
  void theDrawIsAFunctionOfSeedRolloutAndSample() {
    Selection selection = new Selection(0.5, 0);
    Advantages advantages = advantages(8, 10);
    boolean[][] first = selection.keep(TWO_GROUPS, advantages, false, 3, 4);
    assertThat(selection.keep(TWO_GROUPS, advantages, false, 3, 4)).isDeepEqualTo(first);
    assertThat(Arrays.deepEquals(selection.keep(TWO_GROUPS, advantages, false, 3, 5), first))
        .isFalse();
    assertThat(Arrays.deepEquals(selection.keep(TWO_GROUPS, advantages, false, 4, 4), first))
        .isFalse();
    assertThat(Arrays.stream(first).map(Arrays::toString).distinct()).hasSizeGreaterThan(4);
  }

  @Test
  void theBestAndTheWorstOfEachGroupStay() {
    // Judged by the sum over the steps; the groups are interleaved.
    double[][] values = {{3, -1}, {0, 0}, {-1, 0}, {9, 0}, {1, 0}, {8, 0}, {-2, -2}, {7, 0}};
    long[] groups = {1, 2, 1, 2, 1, 2, 1, 2};
    boolean[][] one = new Selection(1, 1).keep(groups, new Advantages(values, 0), false, 1, 0);
    // Group 1 sums to 2, -1, 1, -4 (samples 0, 2, 4, 6); group 2 to 0, 9, 8, 7 (1, 3, 5, 7).
    assertThat(counts(one)).containsExactly(2, 2, 0, 2, 0, 0, 2, 0);
    boolean[][] all = new Selection(1, 2).keep(groups, new Advantages(values, 0), false, 1, 0);
    assertThat(counts(all)).containsOnly(2);
    boolean[][] more = new Selection(1, 9).keep(groups, new Advantages(values, 0), false, 1, 0);
    assertThat(counts(more)).containsOnly(2);
  }

  @Test
  void ofBranchesTheBestAndTheWorstAreChosenAtEveryStep() {
    // Sums would keep samples 0 and 3 (4 and -5) at both steps.
    double[][] values = {{5, -1}, {0, 2}, {-2, 3}, {-1, -4}};
    boolean[][] keep = new Selection(1, 1).keep(new long[4], new Advantages(values, 0), true, 1, 0);
    assertThat(keep)
        .isDeepEqualTo(
            new boolean[][] {{true, false}, {false, false}, {true, true}, {false, true}});
  }

  @Test
  void bothChoicesGoTogether() {
    boolean[][] keep = new Selection(0.5, 1).keep(TWO_GROUPS, advantages(8, 4), false, 1, 0);
    assertThat(counts(keep)).containsExactly(2, 0, 0, 2, 2, 0, 0, 2);
  }

  /** Advantages that rise from sample to sample. */
  private static Advantages advantages(int rows, int steps) {
    double[][] values = new double[rows][steps];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(values[i], i);
    }
    return new Advantages(values, 0);
  }

  private static int[] counts(boolean[][] keep) {
    int[] counts = new int[keep.length];
    for (int i = 0; i < keep.length; i++) {
      for (boolean kept : keep[i]) {
        counts[i] += kept ? 1 : 0;
      }
    }
    return counts;
  }
}
