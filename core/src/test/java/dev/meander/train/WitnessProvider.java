package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code witness}: scores brightness and keeps what it was shown, so that a test can compute again
 * what a run reports of its images.
 */
public final class WitnessProvider implements RewardProvider {
  private static final List<Reward.Sample> SEEN = new ArrayList<>();

  /** All that was scored since the last call. */
  static List<Reward.Sample> take() {
    synchronized (SEEN) {
      List<Reward.Sample> taken = List.copyOf(SEEN);
      SEEN.clear();
      return taken;
    }
  }

  @Override
  public String name() {
    return "witness";
  }

  @Override
  public String description() {
    return "mean brightness; keeps the images";
  }

  @Override
  public Reward create(JsonNode config) {
    Reward brightness = new BrightnessProvider().create(JsonNodeFactory.instance.objectNode());
    return samples -> {
      synchronized (SEEN) {
        SEEN.addAll(samples);
      }
      return brightness.score(samples);
    };
  }
}
