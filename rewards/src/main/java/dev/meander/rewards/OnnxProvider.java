package dev.meander.rewards;

import dev.meander.config.Home;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;

/** Registers {@link OnnxReward} as {@code onnx}. */
public final class OnnxProvider extends SettingsProvider<OnnxConfig> {
  public OnnxProvider() {
    super(
        "onnx",
        "a number that a network in an ONNX file gives an image (keys: file, size, mean, std,"
            + " layout, fit, output, index, scale, batch)",
        OnnxConfig.class,
        OnnxReward::new);
  }

  @Override
  protected List<Path> files(OnnxConfig settings) {
    return List.of(Home.resolve(settings.file().toString()));
  }
}
