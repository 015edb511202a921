package dev.meander.credit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Keeps equally many turning points of positive and of negative value among all samples of a trace
 * (TP-GRPO, arXiv 2602.06422): the smallest in magnitude of the larger side are dropped, and those
 * of value 0. When one side is empty all stay. Points that nobody earns are not counted and stay.
 */
public enum Balance {
  /** All turning points stay. */
  NONE(trace -> (i, j) -> 0),
  /** By the aggregated reward {@code R[n] - R[j-1]}, as the paper has it. */
  AGGREGATED(trace -> trace::aggregated),
  /** By the whole trajectory's gain {@code R[n] - R[0]}, as the released scripts do. */
  OVERALL(trace -> (i, j) -> trace.overall(i)),
  /** By the incremental reward {@code r[j]}: the released code with its bonus form. */
  INCREMENTAL(trace -> trace::incremental);

  private final Function<RewardTrace, RewardTrace.PerStep> by;

  Balance(Function<RewardTrace, RewardTrace.PerStep> by) {
    this.by = by;
  }

  private record Point(int i, int j, double value) {}

  /** The turning points that stay, {@code [N][n]}. */
  boolean[][] of(RewardTrace trace, boolean[][] points) {
    RewardTrace.PerStep values = by.apply(trace);
    List<Point> gains = new ArrayList<>();
    List<Point> losses = new ArrayList<>();
    for (int i = 0; i < points.length; i++) {
      for (int j = 1; j <= points[i].length; j++) {
        double value = points[i][j - 1] && trace.isEarned(i, j) ? values.of(i, j) : 0;
        if (value > 0) {
          gains.add(new Point(i, j, value));
        } else if (value < 0) {
          losses.add(new Point(i, j, value));
        }
      }
    }
    int each = Math.min(gains.size(), losses.size());
    if (each == 0) {
      return points;
    }
    boolean[][] kept = new boolean[points.length][points[0].length];
    for (int i = 0; i < points.length; i++) {
      for (int j = 1; j <= points[i].length; j++) {
        kept[i][j - 1] = points[i][j - 1] && !trace.isEarned(i, j);
      }
    }
    keepLargest(gains, each, kept);
    keepLargest(losses, each, kept);
    return kept;
  }

  private static void keepLargest(List<Point> side, int count, boolean[][] kept) {
    side.stream()
        .sorted(Comparator.comparingDouble((Point p) -> -Math.abs(p.value())))
        .limit(count)
        .forEach(p -> kept[p.i()][p.j() - 1] = true);
  }
}
