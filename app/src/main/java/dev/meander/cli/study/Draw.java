package dev.meander.cli.study;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a bootstrap draws again, with replacement. */
enum Draw {
  /**
   * Whole trainings, and prompts within their task, the same prompts for every variant. A training
   * gives the scores of all its prompts, so they are drawn together; drawn apart, what differs
   * between seeds would be averaged away.
   */
  TRAININGS {
    @Override
    List<double[][]> tables(List<Scores> variants, SplittableRandom random) {
      double[][][] first = variants.get(0).gains();
      int[][] counts = new int[first.length][];
      for (int task = 0; task < counts.length; task++) {
        counts[task] = counts(first[task][0].length, random);
      }
      List<double[][]> tables = new ArrayList<>();
      for (Scores scores : variants) {
        double[][] all = weighted(scores, counts);
        double[][] drawn = new double[all.length][];
        for (int run = 0; run < all.length; run++) {
          drawn[run] = all[random.nextInt(all.length)];
        }
        tables.add(drawn);
      }
      return tables;
    }
  },
  /**
   * The runs of every task by themselves, as rliable's stratified bootstrap does (arXiv
   * 2108.13264), whose tasks are trained apart; prompts stay as they are.
   */
  RUNS_OF_EACH_TASK {
    @Override
    List<double[][]> tables(List<Scores> variants, SplittableRandom random) {
      List<double[][]> tables = new ArrayList<>();
      for (Scores scores : variants) {
        double[][] all = scores.table();
        double[][] drawn = new double[scores.runs()][scores.tasks()];
        for (double[] row : drawn) {
          for (int task = 0; task < row.length; task++) {
            row[task] = all[random.nextInt(all.length)][task];
          }
        }
        tables.add(drawn);
      }
      return tables;
    }
  };

  /** A table {@code [run][task]} for each variant. */
  abstract List<double[][]> tables(List<Scores> variants, SplittableRandom random);

  private static int[] counts(int size, SplittableRandom random) {
    int[] counts = new int[size];
    for (int i = 0; i < size; i++) {
      counts[random.nextInt(size)]++;
    }
    return counts;
  }

  private static double[][] weighted(Scores scores, int[][] counts) {
    double[][] table = new double[scores.runs()][scores.tasks()];
    for (int task = 0; task < scores.tasks(); task++) {
      int[] weights = counts[task];
      for (int run = 0; run < scores.runs(); run++) {
        double[] gains = scores.gains()[task][run];
        double sum = 0;
        for (int i = 0; i < gains.length; i++) {
          sum += weights[i] * gains[i];
        }
        table[run][task] = sum / gains.length;
      }
    }
    return table;
  }
}
