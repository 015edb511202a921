package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Scorer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RewardSetTest {
  private static final String MODEL = "src/test/resources/parity/pref-clip";

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void equalSettingsAreOneRewardAndOthersAreNot() {
    try (RewardSet set = new RewardSet()) {
      Reward black = set.get("mean_color", json("{\"target\": [0, 0, 0]}"));

      assertThat(set.get("mean_color", json("{\"target\": [0, 0, 0]}"))).isSameAs(black);
      assertThat(set.get("mean_color", json("{\"target\": [9, 0, 0]}"))).isNotSameAs(black);
    }
  }

  @Test
  void givenOnesStandBeforeOthersAndAreNotClosed() {
    AtomicInteger closed = new AtomicInteger();
    Reward own =
        new Reward() {
          @Override
          public float[] score(List<Sample> samples) {
            return new float[samples.size()];
          }

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    try (RewardSet set = new RewardSet(Map.of("brightness", own))) {
      assertThat(set.get("brightness", json("{}"))).isSameAs(own);
      assertThat(RewardFiles.of(TinyRun.config(), set)).isEmpty();
    }
    assertThat(closed).hasValue(0);
  }

  @Test
  void oneNetworkTrainsAndJudgesOnScalesOfTheirOwn() {
    byte[] rgb = new byte[3 * 30 * 30];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * i % 251);
    }
    List<Reward.Sample> samples =
        List.of(new Reward.Sample(Prompt.of("0", "a cat"), new Image(30, 30, rgb)));
    try (RewardSet set = new RewardSet()) {
      Reward training = set.get("pickscore", json("{\"model\": \"" + MODEL + "\"}"));
      Reward raw = set.get("pickscore", json("{\"model\": \"" + MODEL + "\", \"scale\": \"raw\"}"));

      assertThat(raw).isNotSameAs(training);
      assertThat(set.base(raw)).isSameAs(training);
      assertThat(set.base(training)).isSameAs(training);
      assertThat(raw.score(samples)[0])
          .isCloseTo(26 * training.score(samples)[0], within(1e-5f))
          .isNotZero();
    }
  }

  @Test
  void aNetworkInsideAWinRateIsTheOneThatJudges() {
    String scored = "{\"model\": \"" + MODEL + "\"}";
    try (RewardSet set = new RewardSet()) {
      Reward judge = set.get("pickscore", json(scored));
      Scorer rates =
          set.scorer("win_rate", json("{\"reward\": \"pickscore\", \"config\": " + scored + "}"));

      assertThat(set.base(rates)).isSameAs(judge);
    }
    TrainConfig judging =
        TinyRun.config("evaluation.reward={name: pickscore, config: {model: " + MODEL + "}}");
    TrainConfig both =
        TinyRun.config(
            "evaluation.reward={name: pickscore, config: {model: " + MODEL + "}}",
            "rewards=[{name: win_rate, config: {reward: pickscore, config: {model: "
                + MODEL
                + "}}}]");
    assertThat(RewardFiles.bytes(both)).isPositive().isEqualTo(RewardFiles.bytes(judging));
  }

  @Test
  void itsFilesAreCountedOnce() {
    String judge =
        "evaluation.reward={name: pickscore, config: {model: " + MODEL + ", scale: raw}}";
    TrainConfig judging = TinyRun.config(judge);
    TrainConfig both =
        TinyRun.config(judge, "rewards=[{name: pickscore, config: {model: " + MODEL + "}}]");

    assertThat(RewardFiles.bytes(TinyRun.config())).isZero();
    assertThat(RewardFiles.bytes(judging)).isPositive().isEqualTo(RewardFiles.bytes(both));
    try (RewardSet set = new RewardSet()) {
      List<String> names = new ArrayList<>();
      RewardFiles.of(both, set).forEach(f -> names.add(f.getFileName().toString()));
      assertThat(names)
          .contains("model.safetensors", "config.json", "preprocessor_config.json", "vocab.json")
          .doesNotHaveDuplicates();
      assertThat(RewardFiles.of(both, set)).allMatch(f -> f.startsWith(Path.of(MODEL)));
    }
  }
}
