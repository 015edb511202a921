package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.reward.TaskEvaluator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OcrRewardTest {
  private static Reward create(String reader) {
    return Rewards.create("ocr", ConfigFile.parse("reader: " + reader, "test"));
  }

  private static Reward.Sample sample(String prompt, Image image) {
    return new Reward.Sample(Prompt.of("1", prompt), image);
  }

  private static Image sign() {
    return Lettering.word(3, 40).image();
  }

  private static String word() {
    return Lettering.word(3, 40).text();
  }

  private static Image blank() {
    byte[] rgb = new byte[3 * 64 * 64];
    java.util.Arrays.fill(rgb, (byte) 230);
    return new Image(64, 64, rgb);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pp_ocr", "tesseract"})
  void theScoreIsTheShareOfTheTextThatWasRead(String reader) {
    String word = word();
    String wrong = "#" + word.substring(1);
    try (Reward reward = create(reader)) {
      float[] scores =
          reward.score(
              List.of(
                  sample("a poster with \"" + word + "\" and \"more\"", sign()),
                  sample("a poster with \"" + word.toUpperCase() + "\"", sign()),
                  sample("a poster with \"" + word.substring(1, 4) + "\"", sign()),
                  sample("a poster with \"" + wrong + "\"", sign()),
                  sample("a poster with \"" + word + "\"", blank()),
                  sample(
                      "a poster with \"" + word.charAt(0) + " " + word.substring(1) + "\"",
                      sign())));
      assertThat(scores).containsExactly(1f, 1f, 1f, (float) (1 - 1.0 / word.length()), 0f, 1f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pp_ocr", "tesseract"})
  void aVerdictSaysWhatWasRead(String reader) {
    try (Reward reward = create(reader)) {
      var verdict =
          ((TaskEvaluator) reward).judge(List.of(sample("a sign with \"###\"", sign()))).get(0);
      assertThat(verdict.correct()).isFalse();
      assertThat(verdict.reasons()).containsExactly("expected ###, read " + word());
    }
  }

  @Test
  void aPromptWithoutQuotesIsAnError() {
    try (Reward reward = create("tesseract")) {
      assertThatThrownBy(() -> reward.score(List.of(sample("a cat", blank()))))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("double quotes");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{type: pp_ocr, enlarge_to: 128, shrink_to: 960}", "tesseract"})
  void manyThreadsAgreeAndNativeMemoryDoesNotGrow(String reader) throws Exception {
    List<Reward.Sample> samples = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Lettering.Drawn drawn = Lettering.word(i, 24);
      samples.add(sample("a sign saying \"" + drawn.text() + "\"", drawn.image()));
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Reward reward = create(reader)) {
      float[] alone = reward.score(samples);
      List<Future<float[]>> all =
          threads.invokeAll(Collections.nCopies(4, () -> reward.score(samples)));
      for (Future<float[]> one : all) {
        assertThat(one.get()).containsExactly(alone);
      }
      long before = Pointer.totalBytes();
      for (int i = 0; i < 3; i++) {
        reward.score(samples);
      }
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    } finally {
      threads.shutdown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pp_ocr", "tesseract"})
  void anyPixelsAtAnySizeGiveAScoreInRange(String reader) {
    Random random = new Random(1);
    List<Reward.Sample> samples = new ArrayList<>();
    for (int[] size : new int[][] {{64, 64}, {3, 90}, {300, 20}, {1, 1}, {512, 512}}) {
      byte[] rgb = new byte[3 * size[0] * size[1]];
      random.nextBytes(rgb);
      samples.add(sample("a sign saying \"HELLO\"", new Image(size[0], size[1], rgb)));
    }
    try (Reward reward = create(reader)) {
      for (float score : reward.score(samples)) {
        assertThat(score).isBetween(0f, 1f);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pp_ocr", "tesseract"})
  @SuppressWarnings("try") // the scope works by being open
  void aRewardOutlivesTheScopeItWasMadeInAndClosesTwice(String reader) {
    Reward reward;
    try (PointerScope scope = new PointerScope()) {
      reward = create(reader);
    }
    assertThat(reward.score(List.of(sample("\"" + word() + "\"", sign())))).containsExactly(1f);
    reward.close();
    reward.close();
    assertThatThrownBy(() -> reward.score(List.of(sample("\"x\"", blank()))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void missingAndBrokenDataIsExplained(@TempDir Path dir) throws Exception {
    assertThatThrownBy(() -> create("{type: tesseract, language: deu, tessdata: '" + dir + "'}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(dir.resolve("deu.traineddata").toString())
        .hasMessageContaining("apt-get install tesseract-ocr-deu")
        .hasMessageContaining("TESSDATA_PREFIX");
    Files.writeString(dir.resolve("eng.traineddata"), "not data");
    assertThatThrownBy(() -> create("{type: tesseract, tessdata: '" + dir + "'}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("not what Tesseract 5 reads");
    assertThatThrownBy(() -> create("{type: tesseract, pagemode: line, language: ../eng}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean page_mode?");
    assertThatThrownBy(() -> Rewards.create("ocr", ConfigFile.parse("page_mode: line", "test")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "page_mode is not a setting; it is a key of reader: {type: tesseract}");
  }

  @Test
  void thePrefixComesBeforeTheBundledData(@TempDir Path dir) throws Exception {
    byte[] own = {1, 2, 3};
    Files.createDirectory(dir.resolve("tessdata"));
    Files.write(dir.resolve("tessdata/eng.traineddata"), own);

    assertThat(LanguageData.find("eng", Optional.empty(), Optional.of(dir))).isEqualTo(own);
    assertThat(LanguageData.find("eng", Optional.empty(), Optional.empty()).length)
        .isGreaterThan(1_000_000);
  }
}
