package dev.meander.rewards;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** PaddleOCR's PP-OCR as the reader of the reward {@code ocr}. */
@Variant("pp_ocr")
public record PpOcrConfig(
    @Doc(
            "Directory with a detector (*det*.onnx), a recogniser (*rec*.onnx) and its dictionary (*.txt); left"
                + " out: PP-OCRv4 for English and Chinese, which comes with Meander.")
        Optional<Path> models,
    @Doc("The detector sees images whose shorter side is smaller enlarged to this many pixels.")
        @Default("736")
        @Range(min = 1, max = 4096)
        int enlargeTo,
    @Doc("The detector sees images whose longer side is larger shrunk to this many pixels.")
        @Default("4096")
        @Range(min = 32, max = 4096)
        int shrinkTo,
    @Doc("A pixel is text where the detector says more than this.")
        @Default("0.3")
        @Range(min = 0, max = 1)
        double pixelThreshold,
    @Doc("A box is text where the mean of its pixels is at least this.")
        @Default("0.5")
        @Range(min = 0, max = 1)
        double boxThreshold,
    @Doc("By how much boxes are widened: times area over circumference.")
        @Default("1.6")
        @Range(min = 0, max = 10)
        double unclipRatio,
    @Doc("Whether the pixels of text are thickened by one before boxes are drawn around them.")
        @Default("true")
        boolean dilation,
    @Doc("Lines of which the recogniser is less sure are not read.")
        @Default("0.5")
        @Range(min = 0, max = 1)
        double confidence)
    implements OcrReader {
  @Override
  public List<Path> files() {
    return models.map(PpOcrModels::files).orElse(List.of());
  }

  @Override
  public TextReader open() {
    return new PpOcr(this, models.map(PpOcrModels::of).orElseGet(PpOcrModels::bundled));
  }
}
