package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.reward.GenEvalMetadata;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Files;
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

  /** Classes are compared where their file is there already. */
  @Override
  public PromptCheck promptCheck(JsonNode config) {
    GenEvalConfig settings = Rewards.settings(name(), config, GenEvalConfig.class);
    Optional<GenEvalConfig.Detector> detector = present(settings);
    List<String> classes = detector.map(OnnxDetector::classes).orElse(List.of());
    return prompt -> {
      GenEvalMetadata metadata;
      try {
        metadata = GenEvalMetadata.parse(prompt.metadata(), "the prompt");
      } catch (UserError e) {
        return List.of(e.getMessage());
      }
      return detector
          .map(
              d ->
                  GenEvalReward.unknown(
                      metadata, d.classes(), classes, settings.naming().isPresent()))
          .orElse(List.of());
    };
  }

  private static Optional<GenEvalConfig.Detector> present(GenEvalConfig settings) {
    try {
      return Optional.of(settings.seeing())
          .filter(d -> Files.isRegularFile(Home.resolve(d.classes().toString())));
    } catch (UserError e) {
      return Optional.empty(); // said when it is loaded
    }
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
