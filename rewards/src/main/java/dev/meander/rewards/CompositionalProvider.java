package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.util.Optional;

/** Registers {@link CompositionalReward} as {@code compositional}. */
public final class CompositionalProvider implements RewardProvider {
  @Override
  public String name() {
    return "compositional";
  }

  @Override
  public String description() {
    return "GenEval's rules over detected shapes, and the word on a sign (keys: mode, clip_at_zero)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(CompositionalConfig.class);
  }

  /** What nothing can see would be a silent 0 for the whole run. */
  @Override
  public PromptCheck promptCheck(JsonNode config) {
    return CompositionalReward::problems;
  }

  @Override
  public Reward create(JsonNode config) {
    return new CompositionalReward(Rewards.settings(name(), config, CompositionalConfig.class));
  }
}
