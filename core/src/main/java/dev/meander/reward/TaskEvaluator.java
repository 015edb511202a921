package dev.meander.reward;

import java.util.List;

/** Judges images task by task, for reports rather than for training. */
public interface TaskEvaluator {
  /** One verdict for each sample, in order. */
  List<Verdict> judge(List<Reward.Sample> samples);
}
