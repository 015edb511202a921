package dev.meander.reward;

import java.util.List;

/** Judges images task by task, for reports rather than for training. */
public interface TaskEvaluator {
  /** One verdict for each sample, in order. */
  List<Verdict> judge(List<Reward.Sample> samples);

  /** What pictures with these verdicts earn: the graded rewards, unless settings say otherwise. */
  default float[] scores(List<Verdict> verdicts) {
    float[] scores = new float[verdicts.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) verdicts.get(i).graded();
    }
    return scores;
  }
}
