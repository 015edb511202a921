package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Registers {@link OnnxReward} as {@code onnx}. */
public final class OnnxProvider implements RewardProvider {
  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public String description() {
    return "a number that a network in an ONNX file gives a picture (keys: file, size, mean, std,"
        + " layout, fit, output, index, scale, batch)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(OnnxConfig.class);
  }

  @Override
  public Reward create(JsonNode config) {
    return new OnnxReward(Rewards.settings(name(), config, OnnxConfig.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    OnnxConfig settings = Rewards.settings(name(), config, OnnxConfig.class);
    return List.of(Home.resolve(settings.file().toString()));
  }
}
