package dev.meander.rewards;

import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.TextScore;
import dev.meander.reward.Verdict;
import java.util.List;

/**
 * Flow-GRPO's visual-text reward (arXiv 2505.05470): how much of the prompt's quoted text stands in
 * the image, 0 to 1 (see {@link TextScore}), as one of the {@link OcrReader}s reads it.
 *
 * <p>Samples are scored in parallel and independently: a score never depends on its batch.
 */
public final class OcrReward implements TaskEvaluator {
  private static final String TAG = "text";

  private final TextReader reader;

  /**
   * Loads the reader.
   *
   * @throws dev.meander.config.UserError when its data is not found or not what it reads
   */
  public OcrReward(OcrConfig config) {
    this.reader = config.reader().open();
  }

  @Override
  public List<Verdict> judge(List<Sample> samples) {
    return samples.parallelStream().map(this::judge).toList();
  }

  private Verdict judge(Sample sample) {
    String target = TextScore.target(sample.prompt().text());
    String tag = sample.prompt().metadata().path("tag").asText(TAG);
    return Verdict.ofText(tag, target, reader.read(sample.image()));
  }

  @Override
  public void close() {
    reader.close();
  }
}
