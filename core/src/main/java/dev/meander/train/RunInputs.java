package dev.meander.train;

import dev.meander.model.ModelFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files that a run is made of, by what they are for. */
final class RunInputs {
  static final String MODEL = "model/";
  static final String PROMPTS = "data.prompts";
  static final String HELD_OUT = "evaluation.prompts";

  private RunInputs() {}

  /**
   * Every file there is: the model's as {@code model/...}, prompts by their setting, those of
   * rewards by their path.
   *
   * @param rewards whose given ones have no files
   */
  static SortedMap<String, Path> of(TrainConfig config, RewardSet rewards) {
    SortedMap<String, Path> inputs = new TreeMap<>();
    ModelFiles.of(config.model().directory()).forEach((name, f) -> inputs.put(MODEL + name, f));
    RewardFiles.of(config, rewards).forEach(file -> inputs.put(file.toString(), file));
    prompts(inputs, PROMPTS, config.data().prompts());
    prompts(inputs, HELD_OUT, config.evaluation().prompts());
    return inputs;
  }

  private static void prompts(SortedMap<String, Path> inputs, String setting, String source) {
    if (Files.isRegularFile(Path.of(source))) {
      inputs.put(setting, Path.of(source));
    }
  }
}
