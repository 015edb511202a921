package dev.meander.advantage;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Which transitions of a rollout are trained on (DanceGRPO, arXiv 2505.07818): a random part of
 * each sample's steps, of the best and the worst of each group.
 */
public record Selection(
    @Doc(
            "The part of each sample's steps that is trained on, drawn anew for each sample: that part of n steps,"
                + " rounded (a half up), and at least one.")
        @Default("1.0")
        @Range(min = 0, max = 1)
        double stepFraction,
    @Doc(
            "Train on that many of the best and that many of the worst samples of a group that is compared"
                + " (method.grouping), judged by their advantages summed over the steps; with branches at each step by"
                + " itself. 0 means on all.")
        @Default("0")
        @Range(min = 0, max = 2048)
        int bestAndWorst) {
  /** Everything. */
  public static final Selection ALL = new Selection(1, 0);

  /**
   * The chosen transitions, {@code [N][n]}: a function of the arguments alone.
   *
   * @param groupIds {@code [N]}, of the groups that advantages are compared in
   * @param advantages the advantages of the same samples; a sample is judged by their sum over its
   *     steps
   * @param stepByStep whether each step chooses its own samples, by its advantages alone: for
   *     branches, where a row holds unrelated samples, one for each step
   * @param seed the run's
   * @param rollout its number
   */
  public boolean[][] keep(
      long[] groupIds, Advantages advantages, boolean stepByStep, long seed, long rollout) {
    int rows = groupIds.length;
    int steps = advantages.values()[0].length;
    boolean[][] chosen = chosen(groupIds, advantages.values(), stepByStep);
    boolean[][] keep = new boolean[rows][steps];
    int count = Math.max(1, (int) Math.round(stepFraction * steps));
    for (int i = 0; i < rows; i++) {
      RandomStream random = Domain.SELECTION.stream(seed, rollout, i);
      int left = count;
      for (int j = 0; j < steps; j++) {
        boolean drawn = random.nextInt(steps - j) < left;
        left -= drawn ? 1 : 0;
        keep[i][j] = drawn && chosen[i][j];
      }
    }
    return keep;
  }

  private boolean[][] chosen(long[] groupIds, double[][] advantages, boolean stepByStep) {
    boolean[][] chosen = new boolean[groupIds.length][advantages[0].length];
    double[] sums =
        Arrays.stream(advantages).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    for (int[] group : Groups.of(groupIds)) {
      if (!stepByStep) {
        extremes(group, sums).forEach(i -> Arrays.fill(chosen[i], true));
        continue;
      }
      for (int j = 0; j < advantages[0].length; j++) {
        int step = j;
        extremes(group, Statistics.column(advantages, j)).forEach(i -> chosen[i][step] = true);
      }
    }
    return chosen;
  }

  /** The best and the worst of a group, or all of it. */
  private IntStream extremes(int[] group, double[] judged) {
    int n = group.length;
    if (bestAndWorst == 0 || 2 * bestAndWorst >= n) {
      return IntStream.of(group);
    }
    int[] sorted =
        IntStream.of(group)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> judged[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    return IntStream.range(0, n)
        .filter(r -> r < bestAndWorst || r >= n - bestAndWorst)
        .map(r -> sorted[r]);
  }
}
