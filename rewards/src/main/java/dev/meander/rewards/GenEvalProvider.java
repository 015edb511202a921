package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Registers {@link GenEvalReward} as {@code geneval}. */
public final class GenEvalProvider implements RewardProvider {
  @Override
  public String name() {
    return "geneval";
  }

  @Override
  public String description() {
    return "GenEval's rules over an object detector and a colour classifier in ONNX files (keys:"
        + " directory, detector, colors, mode, clip_at_zero)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(GenEvalConfig.class);
  }

  @Override
  public Reward create(JsonNode config) {
    return new GenEvalReward(Rewards.settings(name(), config, GenEvalConfig.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    GenEvalConfig settings = Rewards.settings(name(), config, GenEvalConfig.class);
    GenEvalConfig.Detector detector = settings.seeing();
    List<Path> files = new ArrayList<>(List.of(detector.file(), detector.classes()));
    settings.naming().ifPresent(c -> files.addAll(List.of(c.file(), c.texts())));
    return files.stream().map(file -> Home.resolve(file.toString())).toList();
  }

  @Override
  public JsonNode loading(JsonNode config) {
    ObjectNode networks = config.deepCopy();
    return networks.without(List.of("mode", "clip_at_zero"));
  }

  @Override
  public Reward sharing(Reward loaded, JsonNode config) {
    return ((GenEvalReward) loaded).with(Rewards.settings(name(), config, GenEvalConfig.class));
  }
}
