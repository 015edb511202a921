package dev.meander.reward;

import java.util.List;

/** A reward that comes of verdicts, which reports show task by task. */
public interface TaskEvaluator extends Reward {
  /** One verdict for each sample, in order. */
  List<Verdict> judge(List<Sample> samples);

  @Override
  default float[] score(List<Sample> samples) {
    return scores(judge(samples));
  }

  /** What images with these verdicts earn: the graded rewards, unless settings say otherwise. */
  default float[] scores(List<Verdict> verdicts) {
    float[] scores = new float[verdicts.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) verdicts.get(i).graded();
    }
    return scores;
  }
}
