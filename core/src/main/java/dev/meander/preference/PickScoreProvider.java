package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;

/** Registers {@link PickScore} as {@code pickscore}. */
public final class PickScoreProvider implements RewardProvider {
  @Override
  public String name() {
    return PickScore.NAME;
  }

  @Override
  public String description() {
    return "PickScore, or the toy world's own preference model (keys: model, processor, scale, batch_size)";
  }

  @Override
  public Reward create(JsonNode config) {
    return new PickScore(Rewards.settings(name(), config, PickScoreConfig.class));
  }
}
