package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.reward.TextScore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
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

  private static void compare(
      String settings, Function<OcrPictures.Picture, List<OcrPictures.Line>> reference) {
    List<String> different = new ArrayList<>();
    int lines = 0;
    double farthest = 0;
    double widest = 0;
    List<OcrPictures.Picture> pictures = OcrPictures.all();
    try (PpOcr reader = reader(settings)) {
      for (OcrPictures.Picture picture : pictures) {
        List<OcrPictures.Line> wanted = reference.apply(picture);
        List<PpOcr.Line> found = reader.lines(picture.image());
        List<String> texts = found.stream().map(PpOcr.Line::text).toList();
        if (!texts.equals(wanted.stream().map(OcrPictures.Line::text).toList())) {
          different.add(picture.file() + ": read " + texts + ", the package " + wanted);
          continue;
        }
        for (int i = 0; i < found.size(); i++) {
          lines++;
          double apart = Math.abs(found.get(i).confidence() - wanted.get(i).confidence());
          float moved = distance(found.get(i).box(), wanted.get(i).box());
          widest = Math.max(widest, apart);
          farthest = Math.max(farthest, moved);
          if (apart > CONFIDENCE || moved > PIXEL) {
            different.add(
                "%s: %s is %s pixels and %s confidence away"
                    .formatted(picture.file(), found.get(i).text(), moved, apart));
          }
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d pictures, %d lines: %d differ, boxes at most %.1f pixels, confidence %.1e%n",
        pictures.size(),
        lines,
        different.size(),
        farthest,
        widest);
    assertThat(lines).isGreaterThanOrEqualTo(pictures.size() / 2);
    assertThat(different).isEmpty();
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
    compare(RAPIDOCR, OcrPictures.Picture::rapidocr);
  }

  @Test
  void readsWhatThePackageReadsWithPaddleOcrsSettings() {
    compare(PADDLEOCR, OcrPictures.Picture::paddleocr);
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
