package dev.meander.reward.simple;

import dev.meander.reward.SettingsProvider;

/** Registers {@code jpeg_compressibility}: minus the size of the image's JPEG file in kilobytes. */
public final class JpegCompressibility extends SettingsProvider<Jpeg.Config> {
  public JpegCompressibility() {
    super(
        "jpeg_compressibility",
        "minus the size of the image as a JPEG file, in kilobytes (key: quality)",
        Jpeg.Config.class,
        settings -> samples -> Jpeg.score(samples, settings.quality(), -1));
  }
}
