package dev.meander.reward.simple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.reward.GroupReward;
import dev.meander.reward.GroupRewardProvider;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Rewards;
import dev.meander.reward.WinRates;
import java.util.List;
import java.util.Optional;

/**
 * {@code win_rate}: the share of its group that an image beats by another reward's scores; of equal
 * scores each wins one half.
 */
public final class WinRate implements GroupRewardProvider {
  @Doc("Settings of the reward win_rate.")
  record Config(
      @Doc("The reward by whose scores two images are compared, e.g. pickscore.") String reward,
      @Doc("Its own settings.") @Default("{}") JsonNode config) {
    Config {
      if (!config.isObject()) {
        throw new IllegalArgumentException("config must be keys with values");
      }
    }
  }

  @Override
  public String name() {
    return "win_rate";
  }

  @Override
  public String description() {
    return "the share of its group that an image beats by another reward's scores (keys: reward, config)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(Config.class);
  }

  @Override
  public Optional<Inner> inner(JsonNode json) {
    Config config = Rewards.settings(name(), json, Config.class);
    return Optional.of(new Inner(config.reward(), config.config()));
  }

  @Override
  public GroupReward create(JsonNode json, Optional<Reward> inner) {
    String compared = Rewards.settings(name(), json, Config.class).reward();
    return group -> rates(compared, inner.orElseThrow(), group);
  }

  private static float[] rates(String compared, Reward reward, List<Reward.Sample> group) {
    float[] scores = reward.score(group);
    if (scores.length != group.size()) {
      throw new RewardFailed(
          "reward win_rate: %s gave %d scores for %d images"
              .formatted(compared, scores.length, group.size()));
    }
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        throw new RewardFailed(
            "reward win_rate: %s gave a score that is not finite: %s".formatted(compared, score));
      }
    }
    return WinRates.of(
        "reward win_rate",
        scores.length,
        (i, j) -> (Math.signum((double) scores[i] - scores[j]) + 1) / 2);
  }
}
