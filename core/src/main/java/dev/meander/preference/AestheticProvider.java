package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;

/** Registers {@link Aesthetic} as {@code aesthetic}. */
public final class AestheticProvider implements RewardProvider {
  @Override
  public String name() {
    return Aesthetic.NAME;
  }

  @Override
  public String description() {
    return "LAION's aesthetic predictor on CLIP ViT-L/14 (keys: model, processor, head, batch_size)";
  }

  @Override
  public Reward create(JsonNode config) {
    return new Aesthetic(Rewards.settings(name(), config, AestheticConfig.class));
  }
}
