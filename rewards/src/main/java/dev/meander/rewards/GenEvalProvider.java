package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;

/** Registers {@link GenEvalReward} as {@code geneval}. */
public final class GenEvalProvider implements RewardProvider {
  @Override
  public String name() {
    return "geneval";
  }

  @Override
  public String description() {
    return "GenEval's rules over an object detector and a colour classifier in ONNX files (keys:"
        + " detector, colors, mode, clip_at_zero)";
  }

  @Override
  public Reward create(JsonNode config) {
    return new GenEvalReward(Rewards.settings(name(), config, GenEvalConfig.class));
  }
}
