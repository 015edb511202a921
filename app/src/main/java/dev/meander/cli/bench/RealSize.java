package dev.meander.cli.bench;

import dev.meander.model.Sd3Config;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Published models whose transformers are measured with random weights. */
public enum RealSize {
  /** Stable Diffusion 3.5 Medium's {@code transformer/config.json}. */
  SD35_MEDIUM(
      new Sd3Config(
          128,
          2,
          16,
          16,
          24,
          64,
          24,
          4096,
          1536,
          2048,
          384,
          IntStream.range(0, 13).boxed().toList(),
          "rms_norm")),
  /** Stable Diffusion 3 Medium's. */
  SD3_MEDIUM(new Sd3Config(128, 2, 16, 16, 24, 64, 24, 4096, 1536, 2048, 192, List.of(), null));

  private final Sd3Config config;

  RealSize(Sd3Config config) {
    this.config = config;
  }

  Sd3Config config() {
    return config;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
