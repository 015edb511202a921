package dev.meander.reward.simple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.util.Arrays;
import java.util.Optional;

/** Registers {@code constant}: the same for every image, so that nothing can be learnt. */
public final class Constant implements RewardProvider {
  /** Its settings. */
  record Config(@Doc("The score.") @Default("0.0") double value) {}

  @Override
  public String name() {
    return "constant";
  }

  @Override
  public String description() {
    return "the same score for every image (key: value)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(Config.class);
  }

  @Override
  public Reward create(JsonNode config) {
    float value = (float) Rewards.settings(name(), config, Config.class).value();
    return samples -> {
      float[] scores = new float[samples.size()];
      Arrays.fill(scores, value);
      return scores;
    };
  }
}
