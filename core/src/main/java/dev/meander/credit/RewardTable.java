package dev.meander.credit;

import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import dev.meander.layout.RolloutLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What every reward said about every image of a rollout, as numbers over its layout.
 *
 * @param layout which image stands where
 * @param columns one for each reward
 */
public record RewardTable(RolloutLayout layout, List<Column> columns) {
  /**
   * One reward.
   *
   * @param name the reward's name, distinct within the table
   * @param weight the weight in the weighted sum
   * @param scores the scores of every image, by the layout's number
   */
  public record Column(String name, double weight, float[] scores) {}

  public RewardTable {
    columns = List.copyOf(columns);
    for (Column column : columns) {
      if (column.scores().length != layout.images()) {
        throw new IllegalArgumentException(
            "reward %s has %d scores for %d images"
                .formatted(column.name(), column.scores().length, layout.images()));
      }
    }
  }

  /** The names of rewards; with its place where two have the same. */
  public static List<String> distinct(List<String> names) {
    return IntStream.range(0, names.size())
        .mapToObj(
            r -> {
              String name = names.get(r);
              return Collections.frequency(names, name) == 1 ? name : name + "_" + r;
            })
        .toList();
  }

  /**
   * What each transition earned of one reward.
   *
   * <p>A rule sees trajectories. Where a row is one, all of its steps are earned by it. Where rows
   * branch off a trunk, every branch is seen as the end of a trajectory of its own: the trunk's
   * rewards up to the step, then the branch's, which no later step changes; its own step alone is
   * earned. Rules that look at the final reward alone see the branch's reward.
   *
   * @param column which reward
   * @param rollout the rollout's number, 0 for the first of the run
   */
  public Credit credit(int column, CreditRule rule, long rollout) {
    float[] scores = columns.get(column).scores();
    int rows = layout.rows();
    int n = layout.columns();
    List<double[]> trajectories = new ArrayList<>();
    List<Integer> branchSteps = new ArrayList<>();
    int[][] seenIn = new int[rows][n];
    for (int i = 0; i < rows; i++) {
      boolean whole = rule.needsCompletions() ? layout.isTrunk(i) : !layout.branches();
      for (int j = 0; j < n; j++) {
        if (!whole || j == 0) {
          trajectories.add(trajectory(rule, scores, i, whole ? n - 1 : j));
          branchSteps.add(whole ? 0 : j + 1);
        }
        seenIn[i][j] = trajectories.size() - 1;
      }
    }
    RewardTrace trace =
        new RewardTrace(
            n,
            trajectories.toArray(double[][]::new),
            branchSteps.stream().mapToInt(Integer::intValue).toArray());
    Credit seen = checked(rule, trace, rule.assign(trace, rollout));
    double[][] rewards = new double[rows][n];
    boolean[][] points = new boolean[rows][n];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < n; j++) {
        rewards[i][j] = seen.stepRewards()[seenIn[i][j]][j];
        points[i][j] = seen.turningPoints()[seenIn[i][j]][j];
      }
    }
    return new Credit(rewards, points);
  }

  private static Credit checked(CreditRule rule, RewardTrace trace, Credit credit) {
    double[][] rewards = credit.stepRewards();
    boolean whole =
        rewards.length == trace.samples()
            && credit.turningPoints().length == trace.samples()
            && Arrays.stream(rewards).allMatch(r -> r.length == trace.steps())
            && Arrays.stream(credit.turningPoints()).allMatch(p -> p.length == trace.steps());
    if (!whole
        || !Arrays.stream(rewards).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
      throw new UserError(
          "the credit rule %s must give a finite reward for each of %d samples and %d steps"
              .formatted(Extensions.named(rule.getClass()), trace.samples(), trace.steps()));
    }
    return credit;
  }

  /** The trajectory that row {@code i} is, or that ends with its branch from column {@code j}. */
  private double[] trajectory(CreditRule rule, float[] scores, int i, int j) {
    if (!rule.needsCompletions()) {
      return new double[] {scores[layout.imageAfter(i, j)]};
    }
    double[] rewards = Arrays.stream(layout.trunkImages(i)).mapToDouble(k -> scores[k]).toArray();
    if (!layout.isTrunk(i)) {
      Arrays.fill(rewards, j + 1, rewards.length, scores[layout.imageAfter(i, j)]);
    }
    return rewards;
  }

  /** The mean of each reward over the images that stand for rows, by name. */
  public Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    for (Column column : columns) {
      means.put(
          column.name(), outcomes().mapToDouble(k -> column.scores()[k]).average().orElseThrow());
    }
    return means;
  }

  /** The mean of the weighted reward over the images that stand for rows. */
  public double mean() {
    return weighted().average().orElseThrow();
  }

  /** The standard deviation of the weighted reward over the same images. */
  public double std() {
    double mean = mean();
    return Math.sqrt(weighted().map(w -> (w - mean) * (w - mean)).average().orElseThrow());
  }

  private DoubleStream weighted() {
    return outcomes()
        .mapToDouble(k -> columns.stream().mapToDouble(c -> c.weight() * c.scores()[k]).sum());
  }

  private IntStream outcomes() {
    return IntStream.range(0, layout.rows()).flatMap(i -> Arrays.stream(layout.outcomes(i)));
  }
}
