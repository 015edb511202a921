package dev.meander.reward;

import java.util.List;

/** Judges pictures task by task, for reports rather than for training. */
public interface TaskEvaluator {
  /** One verdict for each sample, in order. */
  List<Verdict> judge(List<Reward.Sample> samples);

  /** The verdicts with their task means. */
  default Evaluation evaluate(List<Reward.Sample> samples) {
    return new Evaluation(judge(samples));
  }

  /** All verdicts of one evaluation. */
  record Evaluation(List<Verdict> verdicts) {
    public Evaluation {
      verdicts = List.copyOf(verdicts);
    }

    /** The share of correct pictures by task: what GenEval reports. */
    public TaskScores strict() {
      return TaskScores.of(
          tags(), verdicts.stream().mapToDouble(v -> v.correct() ? 1 : 0).toArray());
    }

    /** The mean graded reward by task. */
    public TaskScores graded() {
      return TaskScores.of(tags(), verdicts.stream().mapToDouble(Verdict::graded).toArray());
    }

    private List<String> tags() {
      return verdicts.stream().map(Verdict::tag).toList();
    }
  }
}
