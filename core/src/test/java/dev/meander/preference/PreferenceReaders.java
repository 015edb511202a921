package dev.meander.preference;

import java.nio.file.Path;

/** The settings of preference models, for tests that read anything. */
public final class PreferenceReaders {
  private PreferenceReaders() {}

  /** {@code open_clip_config.json}. */
  public static void openClip(Path file) {
    OpenClipConfig.read(file).toClip();
  }

  /** {@code config.json} of CLIP. */
  public static void clip(Path file) {
    ClipModelConfig.read(file);
  }

  /** {@code preprocessor_config.json} in a directory. */
  public static void processor(Path directory) {
    ImageProcessor.read(directory, 8);
  }
}
