package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;

/** Registers {@link HpsV2} as {@code hpsv2}. */
public final class HpsV2Provider implements RewardProvider {
  @Override
  public String name() {
    return HpsV2.NAME;
  }

  @Override
  public String description() {
    return "HPSv2 or HPSv2.1, an open_clip model (keys: model, tokenizer, batch_size)";
  }

  @Override
  public Reward create(JsonNode config) {
    return new HpsV2(Rewards.settings(name(), config, HpsV2Config.class));
  }
}
