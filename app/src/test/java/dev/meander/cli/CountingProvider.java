package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.image.Canvas;
import dev.meander.prompt.Prompt;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.Verdict;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A reward that gives a quarter to every image, and says that it should give more. */
public final class CountingProvider implements RewardProvider {
  static final AtomicInteger judged = new AtomicInteger();

  @Override
  public String name() {
    return "counting";
  }

  @Override
  public String description() {
    return "a quarter for every image";
  }

  @Override
  public List<KnownPicture> knownPictures(JsonNode config) {
    Reward.Sample sample =
        new Reward.Sample(Prompt.of("check", "a square"), new Canvas(8, 8, 0xffffff).toImage());
    return List.of(KnownPicture.of("a square", sample, 1));
  }

  @Override
  public Reward create(JsonNode config) {
    return new Quarter();
  }

  private static final class Quarter implements TaskEvaluator {
    @Override
    public List<Verdict> judge(List<Sample> samples) {
      judged.addAndGet(samples.size());
      return samples.stream().map(s -> new Verdict("all", false, 0.25, List.of())).toList();
    }
  }
}
