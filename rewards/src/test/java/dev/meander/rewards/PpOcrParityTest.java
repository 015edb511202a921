package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.reward.TextScore;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * PP-OCR in Java beside rapidocr-onnxruntime 1.4.4, and the score beside flow_grpo's (see
 * tools/parity/make_ocr.py). {@code -Docr.pictures=DIR} compares a directory of pictures.
 */
class PpOcrParityTest {
  private static final float PIXEL = 1;
  private static final double CONFIDENCE = 1e-3;

  /** What flow_grpo's reader sets. */
  static final String PADDLEOCR =
      "{enlarge_to: 1, shrink_to: 960, box_threshold: 0.6, unclip_ratio: 1.5, dilation: false}";

  static final String RAPIDOCR =
      "{enlarge_to: 736, shrink_to: 4096, box_threshold: 0.5, unclip_ratio: 1.6, dilation: true}";

  static PpOcr reader(String settings) {
    PpOcrConfig config = Binder.bind(ConfigFile.parse(settings, "test"), PpOcrConfig.class, "test");
    return new PpOcr(config, PpOcrModels.bundled());
  }

  /** How far one picture's lines are from the package's; what is wrong, if anything is. */
  private record Apart(int lines, float pixels, double confidence, String wrong) {}

  private static void compare(String settings, String reference) {
    Map<String, List<OcrPictures.Line>> read = OcrPictures.read(reference);
    List<Apart> pictures;
    try (PpOcr reader = reader(settings)) {
      pictures =
          OcrPictures.all().parallelStream()
              .map(p -> apart(p, reader.lines(p.image()), read.get(p.file())))
              .toList();
    }
    List<String> wrong = pictures.stream().map(Apart::wrong).filter(w -> !w.isEmpty()).toList();
    int lines = pictures.stream().mapToInt(Apart::lines).sum();
    System.out.printf(
        Locale.ROOT,
        "%s: %d pictures, %d lines; %d pictures differ; boxes at most %.1f pixels, confidence %.1e%n",
        reference,
        pictures.size(),
        lines,
        wrong.size(),
        pictures.stream().mapToDouble(Apart::pixels).max().orElseThrow(),
        pictures.stream().mapToDouble(Apart::confidence).max().orElseThrow());
    assertThat(lines).isGreaterThanOrEqualTo(pictures.size() / 2);
    assertThat(wrong).isEmpty();
  }

  private static Apart apart(
      OcrPictures.Picture picture, List<PpOcr.Line> found, List<OcrPictures.Line> wanted) {
    List<String> texts = found.stream().map(PpOcr.Line::text).toList();
    if (!texts.equals(wanted.stream().map(OcrPictures.Line::text).toList())) {
      return new Apart(0, 0, 0, picture.file() + ": read " + texts + ", the package " + wanted);
    }
    float pixels = 0;
    double confidence = 0;
    for (int i = 0; i < found.size(); i++) {
      pixels = Math.max(pixels, distance(found.get(i).box(), wanted.get(i).box()));
      confidence =
          Math.max(confidence, Math.abs(found.get(i).confidence() - wanted.get(i).confidence()));
    }
    String wrong =
        pixels > PIXEL || confidence > CONFIDENCE
            ? "%s: %s pixels, confidence %s apart".formatted(picture.file(), pixels, confidence)
            : "";
    return new Apart(found.size(), pixels, confidence, wrong);
  }

  private static float distance(Quad box, List<float[]> other) {
    float most = 0;
    for (int i = 0; i < 4; i++) {
      most = Math.max(most, Math.abs(box.x()[i] - other.get(i)[0]));
      most = Math.max(most, Math.abs(box.y()[i] - other.get(i)[1]));
    }
    return most;
  }

  @Test
  void readsWhatThePackageReads() {
    compare(RAPIDOCR, "rapidocr");
  }

  @Test
  void readsWhatThePackageReadsWithPaddleOcrsSettings() {
    compare(PADDLEOCR, "paddleocr");
  }

  /** One case of flow_grpo's reward. */
  record Case(String prompt, List<String> lines, double score) {}

  @Test
  void theScoreIsFlowGrpos() {
    List<Case> cases =
        OcrPictures.read(
            Path.of("src/test/resources/ocr/scores.json"), new TypeReference<List<Case>>() {});
    assertThat(cases).hasSizeGreaterThan(200);
    assertThat(cases)
        .allSatisfy(
            c ->
                assertThat(
                        TextScore.score(TextScore.target(c.prompt()), String.join("", c.lines())))
                    .as(c.toString())
                    .isCloseTo(c.score(), org.assertj.core.api.Assertions.within(1e-12)));
    assertThat(cases).anyMatch(c -> c.score() > 0 && c.score() < 1);
  }
}
