package dev.meander.advantage;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.random.Domain;
import dev.meander.random.RandomStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which transitions of a rollout are trained on (DanceGRPO, arXiv 2505.07818): a random part of
 * each sample's steps, of the best and the worst of each group.
 *
 * @param stepFraction the fraction of each sample's steps, drawn for each sample; at least one step
 *     stays
 * @param bestAndWorst how many of the best of a group and, again, of the worst; 0 means all
 */
public record Selection(
    @Doc("The part of each sample's steps that is trained on, drawn anew for each sample.")
        @Default("1.0")
        @Range(min = 0, max = 1)
        double stepFraction,
    @Doc(
            "Train on that many of the best and that many of the worst samples of a group; 0 means on all.")
        @Default("0")
        @Range(min = 0, max = 2048)
        int bestAndWorst) {
  /** Everything. */
  public static final Selection ALL = new Selection(1, 0);

  /**
   * The chosen transitions, {@code [N][n]}: a function of the arguments alone.
   *
   * @param groupIds {@code [N]}
   * @param advantages the advantages of the same samples; a sample's sum over its steps is what it
   *     is judged by
   * @param seed the run's
   * @param rollout its number
   */
  public boolean[][] keep(long[] groupIds, Advantages advantages, long seed, long rollout) {
    int rows = groupIds.length;
    int steps = advantages.values()[0].length;
    boolean[] chosen = chosen(groupIds, advantages);
    boolean[][] keep = new boolean[rows][steps];
    int count = Math.max(1, (int) Math.round(stepFraction * steps));
    for (int i = 0; i < rows; i++) {
      if (chosen[i]) {
        RandomStream random = Domain.SELECTION.stream(seed, rollout, i);
        int left = count;
        for (int j = 0; j < steps; j++) {
          keep[i][j] = random.nextInt(steps - j) < left;
          left -= keep[i][j] ? 1 : 0;
        }
      }
    }
    return keep;
  }

  private boolean[] chosen(long[] groupIds, Advantages advantages) {
    boolean[] chosen = new boolean[groupIds.length];
    if (bestAndWorst == 0) {
      Arrays.fill(chosen, true);
      return chosen;
    }
    for (int[] group : Groups.of(groupIds)) {
      List<Integer> sorted =
          IntStream.of(group)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> Arrays.stream(advantages.values()[i]).sum()))
              .toList();
      for (int r = 0; r < sorted.size(); r++) {
        chosen[sorted.get(r)] = r < bestAndWorst || r >= sorted.size() - bestAndWorst;
      }
    }
    return chosen;
  }
}
