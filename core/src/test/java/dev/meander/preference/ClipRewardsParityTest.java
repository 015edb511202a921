package dev.meander.preference;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.meander.config.ConfigFile;
import dev.meander.reward.Reward;
import dev.meander.reward.Reward.Sample;
import dev.meander.reward.Rewards;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * clip_score, pickscore and aesthetic agree with transformers' CLIPModel and image processor, from
 * files and pictures of any size to the score.
 */
class ClipRewardsParityTest {
  private static final float TOLERANCE = 1e-4f;

  private final Pictures clip = Pictures.of("pref-clip");

  static void assertScores(float[] actual, float[] expected, float tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).as("score " + i).isEqualTo(expected[i], offset(tolerance));
    }
  }

  private Reward reward(String name, String settings) {
    return Rewards.create(
        name, ConfigFile.parse("{model: %s%s}".formatted(clip.path(), settings), name));
  }

  @Test
  void pixelsAndEmbeddingsAgree() {
    try (Scope scope = new Scope();
        ClipEncoder encoder =
            ClipEncoder.transformers(clip.fixture().directory().toString(), Optional.empty())) {
      Map<String, Tensor> io = clip.fixture().io();
      ImageProcessor processor = ImageProcessor.read(clip.fixture().directory(), 24);

      assertClose("pixels", processor.pixels(clip.images()), io.get("pixel_values"), 1e-6);
      assertClose("pictures", encoder.images(clip.images()), io.get("image_embeds"), 1e-5);
      assertClose("texts", encoder.texts(clip.prompts()), io.get("text_embeds"), 1e-5);
      assertThat(encoder.scale()).isEqualTo(Math.exp(4.1), offset(1e-4));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clip_score | clip_score | ''",
        "clip_score | clip_score_unclamped | ', clamp: false'",
        "pickscore | pickscore_training | ''",
        "pickscore | pickscore_raw | ', scale: raw'",
      })
  void scoresAgree(String name, String expected, String settings) {
    float tolerance = expected.contains("clip_score") ? 100 * TOLERANCE : 26 * TOLERANCE;
    tolerance = expected.endsWith("training") ? TOLERANCE : tolerance / 10;
    try (Reward reward = reward(name, settings)) {
      assertScores(reward.score(clip.samples()), clip.expected(expected), tolerance);
    }
  }

  @Test
  void theAestheticHeadAgrees() {
    String head = ", head: " + clip.path() + "/head/model.safetensors";
    try (Reward reward = reward("aesthetic", head)) {
      assertScores(reward.score(clip.samples()), clip.expected("aesthetic"), TOLERANCE);
    }
  }

  @Test
  void aScoreDoesNotDependOnItsBatch() {
    List<Sample> many = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      many.addAll(clip.samples());
    }
    Collections.reverse(many);
    try (Reward small = reward("pickscore", ", batch_size: 5");
        Reward large = reward("pickscore", ", batch_size: 64")) {
      float[] scores = small.score(many);
      assertScores(scores, large.score(many), 1e-5f);
      assertThat(scores[11]).isEqualTo(clip.expected("pickscore_training")[0], offset(TOLERANCE));
      assertThat(small.score(List.of())).isEmpty();
    }
  }

  @Test
  void closingTwiceIsFine() {
    Reward reward = reward("clip_score", "");
    reward.close();
    reward.close();
    assertThat(Tensors.floats(Tensors.of(new float[] {1}, 1))).containsExactly(1);
  }
}
