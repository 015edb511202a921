package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in a directory of the user's, right and wrong. */
class PpOcrModelsTest {
  private static PpOcrModels bundled;

  @TempDir Path directory;

  @BeforeAll
  static void load() {
    bundled = PpOcrModels.bundled();
  }

  private void detector(byte[] bytes) throws IOException {
    Files.write(directory.resolve("ch_PP-OCRv4_det_infer.onnx"), bytes);
  }

  private void recogniser(byte[] bytes) throws IOException {
    Files.write(directory.resolve("ch_PP-OCRv4_rec_infer.onnx"), bytes);
  }

  private Path dictionary() {
    return directory.resolve("keys.txt");
  }

  private void all() throws IOException {
    detector(bundled.detector().bytes());
    recogniser(bundled.recogniser().bytes());
    Files.write(dictionary(), bundled.dictionary());
  }

  private Reward create() {
    return Rewards.create(
        "ocr", ConfigFile.parse("reader: {type: pp_ocr, models: '" + directory + "'}", "test"));
  }

  private AbstractThrowableAssert<?, ?> assertRefused() {
    return assertThatThrownBy(this::create)
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("reward ocr: ");
  }

  @Test
  void aDirectoryReadsAsItsModelsDo() throws IOException {
    all();
    assertThat(bundled.dictionary()).hasSize(6623);
    Lettering.Drawn drawn = Lettering.word(3, 40);
    PpOcrModels models = PpOcrModels.of(directory);
    assertThat(models.dictionary()).isEqualTo(bundled.dictionary());
    try (PpOcr reader = new PpOcr(config(), models)) {
      assertThat(reader.read(drawn.image())).isEqualTo(drawn.text());
    }
    assertThat(PpOcrModels.files(directory)).hasSize(3).contains(dictionary());
    assertThat(
            Rewards.provider("ocr")
                .files(
                    ConfigFile.parse(
                        "reader: {type: pp_ocr, models: '" + directory + "'}", "test")))
        .hasSize(3);
  }

  private PpOcrConfig config() {
    return (PpOcrConfig)
        Rewards.settings(
                "ocr",
                ConfigFile.parse("reader: {type: pp_ocr, models: '" + directory + "'}", "test"),
                OcrConfig.class)
            .reader();
  }

  @Test
  void theCharactersAreTheRecognisers() throws IOException {
    all();
    Files.write(dictionary(), Collections.nCopies(95, "a"));
    assertRefused()
        .hasMessageContaining("ch_PP-OCRv4_rec_infer.onnx tells 6623 characters apart")
        .hasMessageContaining("its dictionary has 95");
    Files.write(dictionary(), new byte[] {(byte) 0xff, (byte) 0xfe, 'a', 0});
    assertRefused().hasMessageContaining("keys.txt is not UTF-8");
    Files.writeString(directory.resolve("other.txt"), "a");
    assertRefused().hasMessageContaining("has several *.txt: keys.txt, other.txt");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    assertRefused()
        .hasMessageContaining("has no *det*.onnx")
        .hasMessageContaining("a recogniser (*rec*.onnx)");
    detector(bundled.detector().bytes());
    assertRefused().hasMessageContaining("has no *rec*.onnx");
    recogniser(bundled.recogniser().bytes());
    assertRefused().hasMessageContaining("has no *.txt");
    Files.write(directory.resolve("en_rec.onnx"), bundled.recogniser().bytes());
    assertRefused()
        .hasMessageContaining("has several *rec*.onnx: ch_PP-OCRv4_rec_infer.onnx, en_rec.onnx");
    directory = directory.resolve("nowhere");
    assertRefused().hasMessageContaining("there is no directory " + directory);
    assertThat(PpOcrModels.files(directory)).isEmpty();
  }

  @Test
  void foreignAndHalfWrittenFilesAreRefused() throws IOException {
    all();
    for (byte[] wrong :
        List.of(
            new byte[0],
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\n".getBytes(),
            "<!DOCTYPE html><html>not found</html>".getBytes(),
            Arrays.copyOf(bundled.detector().bytes(), 1000),
            Arrays.copyOf(bundled.detector().bytes(), bundled.detector().bytes().length / 2),
            Arrays.copyOf(bundled.detector().bytes(), bundled.detector().bytes().length - 1))) {
      detector(wrong);
      assertRefused().hasMessageContaining("ch_PP-OCRv4_det_infer.onnx is no network");
    }
    detector(bundled.recogniser().bytes());
    assertRefused().hasMessageContaining("det_infer.onnx is no detector of text");
    detector(bundled.detector().bytes());
    recogniser(bundled.detector().bytes());
    assertRefused().hasMessageContaining("rec_infer.onnx is no recogniser of text");
    Path other = Path.of("src/test/resources/onnx/embedder.onnx");
    recogniser(Files.readAllBytes(other));
    assertRefused().hasMessageContaining("ch_PP-OCRv4_rec_infer.onnx");
  }
}
