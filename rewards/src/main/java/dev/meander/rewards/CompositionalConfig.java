package dev.meander.rewards;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.reward.Verdict;
import java.util.List;

/** Settings of the compositional reward. */
public record CompositionalConfig(
    @Doc("graded: Flow-GRPO's training reward; strict: 1 or 0.") @Default("graded") Mode mode,
    @Doc("Whether a negative graded reward counts as 0.") @Default("false") boolean clipAtZero) {
  /** What a verdict is worth. */
  public enum Mode {
    GRADED,
    STRICT;

    /** The reward of each verdict. */
    float[] scores(List<Verdict> verdicts) {
      float[] scores = new float[verdicts.size()];
      for (int i = 0; i < scores.length; i++) {
        Verdict verdict = verdicts.get(i);
        scores[i] =
            switch (this) {
              case GRADED -> (float) verdict.graded();
              case STRICT -> verdict.correct() ? 1 : 0;
            };
      }
      return scores;
    }
  }
}
