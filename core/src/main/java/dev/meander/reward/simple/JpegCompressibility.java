package dev.meander.reward.simple;

import dev.meander.reward.KnownPicture;
import dev.meander.reward.SettingsProvider;
import java.util.List;

/** Registers {@code jpeg_compressibility}: minus the size of the image's JPEG file in kilobytes. */
public final class JpegCompressibility extends SettingsProvider<Jpeg.Config> {
  public JpegCompressibility() {
    super(
        "jpeg_compressibility",
        "minus the size of the image as a JPEG file, in kilobytes (key: quality)",
        Jpeg.Config.class,
        settings -> samples -> Jpeg.score(samples, settings.quality(), -1));
  }

  @Override
  protected List<KnownPicture> knownPictures(Jpeg.Config settings) {
    return List.of(Jpeg.plain(-1));
  }
}
