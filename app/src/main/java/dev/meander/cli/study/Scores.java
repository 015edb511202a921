package dev.meander.cli.study;

import dev.meander.reward.EvaluationScores;
import dev.meander.reward.GenEvalMetadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the trainings of one variant gained, {@code [task][run][prompt]}: the score of a prompt less
 * what the same noise scored before training. Tasks are GenEval's where the prompts have them.
 */
record Scores(double[][][] gains) {
  /** The gains of runs from their first evaluation to another. */
  static Scores of(List<EvaluationScores> before, List<EvaluationScores> after) {
    EvaluationScores any = before.get(0);
    boolean tasks = any.tags().stream().anyMatch(GenEvalMetadata.TAGS::contains);
    Map<String, List<Integer>> strata = new LinkedHashMap<>();
    for (int i = 0; i < any.prompts().size(); i++) {
      String tag = tasks ? any.tags().get(i) : "";
      if (!tasks || GenEvalMetadata.TAGS.contains(tag)) {
        strata.computeIfAbsent(tag, t -> new ArrayList<>()).add(i);
      }
    }
    double[][] differences = new double[before.size()][];
    for (int run = 0; run < differences.length; run++) {
      double[] then = before.get(run).byPrompt();
      double[] now = after.get(run).byPrompt();
      for (int i = 0; i < now.length; i++) {
        now[i] -= then[i];
      }
      differences[run] = now;
    }
    double[][][] gains = new double[strata.size()][differences.length][];
    int task = 0;
    for (List<Integer> prompts : strata.values()) {
      for (int run = 0; run < differences.length; run++) {
        double[] all = differences[run];
        gains[task][run] = prompts.stream().mapToDouble(i -> all[i]).toArray();
      }
      task++;
    }
    return new Scores(gains);
  }

  int tasks() {
    return gains.length;
  }

  int runs() {
    return gains[0].length;
  }

  /** The mean over prompts, {@code [run][task]}: rliable's table. */
  double[][] table() {
    double[][] table = new double[runs()][tasks()];
    for (int task = 0; task < tasks(); task++) {
      for (int run = 0; run < runs(); run++) {
        double sum = 0;
        for (double gain : gains[task][run]) {
          sum += gain;
        }
        table[run][task] = sum / gains[task][run].length;
      }
    }
    return table;
  }
}
