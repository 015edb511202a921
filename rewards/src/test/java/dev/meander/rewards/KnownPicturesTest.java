package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Png;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownPicturesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "compositional|{}",
        "compositional|{mode: strict, clip_at_zero: true}",
        "ocr|{}",
        "ocr|{reader: pp_ocr}",
        "ocr|{reader: {type: tesseract, page_mode: line, enlarge_to: 192, smoothing: 0.8, black_and_white: true, characters: ABCDEFGHIJKLMNOPQRSTUVWXYZ}}",
        "mean_color|{}",
        "mean_color|{target: [127.5, 3.2, 200]}",
        "constant|{value: 0.1}",
        "jpeg_compressibility|{}",
        "jpeg_compressibility|{quality: 0}",
        "jpeg_incompressibility|{quality: 1}"
      })
  void theyScoreWhatTheyMust(String name, String settings) {
    RewardProvider provider = Rewards.provider(name);
    var config = ConfigFile.parse(settings, "test");
    List<KnownPicture> known = provider.knownPictures(config);
    assertThat(known).isNotEmpty();
    try (Reward reward = provider.create(config)) {
      float[] scores = reward.score(known.stream().map(KnownPicture::sample).toList());
      for (int i = 0; i < scores.length; i++) {
        assertThat(known.get(i).fits(scores[i])).as("%s: %s", known.get(i), scores[i]).isTrue();
      }
    }
    known.forEach(
        k -> assertThat(provider.promptCheck(config).problems(k.sample().prompt())).isEmpty());
  }

  @Test
  void aWrongScoreDoesNotFit() {
    KnownPicture first =
        Rewards.provider("compositional").knownPictures(ConfigFile.parse("", "t")).get(0);
    assertThat(first.fits(0.5f)).isFalse();
    assertThat(first.fits(Float.NaN)).isFalse();
    assertThat(
            Rewards.provider("ocr")
                .knownPictures(
                    ConfigFile.parse("reader: {type: tesseract, characters: '0123'}", "t")))
        .as("what must not be read is not asked for")
        .hasSize(1);
  }

  /**
   * A "detector" that sees a cat in the left half and a dog in the right one, where it is bright.
   */
  @Test
  void whatADetectorSawWhenItWasExported(@TempDir Path dir) throws IOException {
    Files.copy(Path.of("src/test/resources/onnx/detector.onnx"), dir.resolve("detector.onnx"));
    Files.writeString(dir.resolve("classes.txt"), "cat\ndog\n");
    String line =
        "{\"prompt\": \"a photo of a %s\", \"tag\": \"single_object\", \"include\": [{\"class\": \"%<s\", \"count\": 1}], \"image\": \"known/0.png\", \"score\": %s}\n";
    Files.writeString(
        dir.resolve("known.jsonl"), line.formatted("cat", "1.0") + line.formatted("dog", "0.0"));
    dev.meander.image.Canvas halves = new dev.meander.image.Canvas(16, 16, 0);
    halves.fill(0, 0, 8, 16, 0xffffff);
    Png.write(Files.createDirectory(dir.resolve("known")).resolve("0.png"), halves.toImage());
    String settings =
        "{detector: {file: %s, classes: %s, size: [16, 16], mean: [0, 0, 0], std: [1, 1, 1]}}"
            .formatted(dir.resolve("detector.onnx"), dir.resolve("classes.txt"));
    theyScoreWhatTheyMust("geneval", settings);
    theyScoreWhatTheyMust("geneval", settings.replace("}}", "}, mode: strict}"));
    assertThat(Rewards.provider("geneval").knownPictures(ConfigFile.parse(settings, "test")))
        .hasSize(3);

    Files.delete(dir.resolve("known/0.png"));
    assertThatThrownBy(
            () -> Rewards.provider("geneval").knownPictures(ConfigFile.parse(settings, "test")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("known.jsonl:1: its picture cannot be read: no image at ")
        .hasMessageContaining(dir.resolve("known/0.png").toString());
    for (String wrong : List.of("\"0.5\"", "null", "1e400", "[1]")) {
      Files.writeString(dir.resolve("known.jsonl"), line.formatted("cat", wrong));
      assertThatThrownBy(
              () -> Rewards.provider("geneval").knownPictures(ConfigFile.parse(settings, "test")))
          .as(wrong)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("known.jsonl:1: it needs an \"image\"");
    }
  }
}
