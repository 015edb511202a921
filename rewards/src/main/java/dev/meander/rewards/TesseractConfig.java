package dev.meander.rewards;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Tesseract as the reader of the reward {@code ocr}. */
@Variant("tesseract")
public record TesseractConfig(
    @Doc("Tesseract's name of the language, as in LANGUAGE.traineddata.") @Default("eng")
        String language,
    @Doc("Directory with the language's data; left out: found as docs/rewards.md says.")
        Optional<Path> tessdata,
    @Doc("How Tesseract lays out the page.") @Default("sparse") PageMode pageMode,
    @Doc(
            "Images whose shorter side is smaller are enlarged to this many pixels; Tesseract wants letters"
                + " of some 30 pixels.")
        @Default("256")
        @Range(min = 1, max = 4096)
        int enlargeTo,
    @Doc(
            "Standard deviation, in pixels of the image as it came, of a Gaussian blur after enlarging; it melts"
                + " the steps of pixel fonts into strokes.")
        @Default("0.0")
        @Range(min = 0, max = 100)
        double smoothing,
    @Doc("Whether grey levels are made black and white by Otsu's threshold of the whole image.")
        @Default("false")
        boolean blackAndWhite,
    @Doc("The only characters that may be read; empty: all that the language has.") @Default("")
        String characters)
    implements OcrReader {
  /** Tesseract's page segmentation modes that suit images. */
  public enum PageMode {
    AUTO,
    BLOCK,
    LINE,
    WORD,
    SPARSE,
    RAW_LINE
  }

  public TesseractConfig {
    if (!language.matches("[A-Za-z_]+")) {
      throw new IllegalArgumentException(
          "language must be the name of one data file, such as eng, not " + language);
    }
  }

  @Override
  public List<Path> files() {
    return LanguageData.file(language, tessdata, prefix()).stream().toList();
  }

  @Override
  public TextReader open() {
    return new TesseractReader(this, LanguageData.find(language, tessdata, prefix()));
  }

  /** Where the environment says that Tesseract's data is. */
  private static Optional<Path> prefix() {
    return Optional.ofNullable(System.getenv("TESSDATA_PREFIX")).map(Path::of);
  }
}
