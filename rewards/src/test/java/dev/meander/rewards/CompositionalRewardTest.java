package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.GenEvalMetadata;
import dev.meander.reward.Reward;
import dev.meander.reward.Reward.Sample;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.TaskScores;
import dev.meander.reward.Verdict;
import dev.meander.toybox.Color;
import dev.meander.toybox.Example;
import dev.meander.toybox.Mixture;
import dev.meander.toybox.Toybox;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class CompositionalRewardTest {
  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Reward create(String config) {
    return new CompositionalProvider().create(json(config));
  }

  private static List<Sample> samples(int count) {
    List<Sample> samples = new ArrayList<>();
    for (Example example : new Toybox(11, Mixture.withText(0.2)).examples(0, count)) {
      Prompt prompt = new Prompt("p" + example.index(), example.caption(), example.metadata());
      samples.add(new Sample(prompt, example.image()));
    }
    return samples;
  }

  private static Sample threeSquares(String metadata) {
    Image image =
        new Canvas()
            .draw(
                Color.RED.rgb(),
                (x, y) -> Math.abs(y) < 7 && Math.abs(x - 21 * Math.round(x / 21)) < 7)
            .image();
    return new Sample(new Prompt("p", "a photo of squares", json(metadata)), image);
  }

  @Test
  void theProviderIsFoundByItsName() {
    assertThat(ServiceLoader.load(RewardProvider.class))
        .filteredOn(provider -> provider.name().equals("compositional"))
        .singleElement()
        .isInstanceOf(CompositionalProvider.class);
  }

  @Test
  void modesOfOnePicture() {
    List<Sample> three =
        List.of(
            threeSquares("{'tag':'single_object','include':[{'class':'square','count':1}]}"),
            threeSquares("{'tag':'colors','include':[{'class':'square','count':4,'color':'red'}]}"),
            threeSquares("{'tag':'counting','include':[{'class':'square','count':3}]}"));
    // found 3 of 1: -1; found 3 of 4 and the colour unseen: (0.75 + 0) / 2; found 3 of 3
    assertThat(create("{}").score(three)).containsExactly(-1f, 0.375f, 1f);
    assertThat(create("{'mode':'graded','clip_at_zero':true}").score(three))
        .containsExactly(0f, 0.375f, 1f);
    assertThat(create("{'mode':'strict'}").score(three)).containsExactly(1f, 0f, 1f);
  }

  @Test
  void drawnPicturesAreRightAndScoresDoNotDependOnTheBatch() {
    List<Sample> samples = samples(150);
    Reward reward = create("{'mode':'strict'}");
    float[] together = reward.score(samples);
    for (int i = 0; i < samples.size(); i++) {
      assertThat(together[i]).as(samples.get(i).prompt().text()).isEqualTo(1f);
      if (i % 20 == 0) {
        assertThat(reward.score(samples.subList(i, i + 1))).containsExactly(together[i]);
      }
    }
  }

  @Test
  void textIsGradedByItsDistance() {
    Example example = new Toybox(4, Mixture.withText(1)).example(0);
    String word = example.scene().sign().orElseThrow().word();
    char last = word.charAt(word.length() - 1) == 'X' ? 'Y' : 'X';
    String wrong = word.substring(0, word.length() - 1) + last;
    Prompt prompt =
        new Prompt("t", "a photo of a sign saying \"" + wrong + "\"", json("{'tag':'text'}"));
    CompositionalReward reward =
        new CompositionalReward(new CompositionalConfig(CompositionalConfig.Mode.GRADED, false));
    Verdict verdict = reward.judge(List.of(new Sample(prompt, example.image()))).get(0);
    assertThat(verdict.correct()).isFalse();
    assertThat(verdict.graded()).isEqualTo(1 - 1.0 / word.length());
    assertThat(verdict.reasons()).containsExactly("expected " + wrong + ", read " + word);
  }

  @Test
  void anEvaluationReportsTaskByTask() {
    TaskEvaluator evaluator =
        new CompositionalReward(new CompositionalConfig(CompositionalConfig.Mode.GRADED, false));
    List<Verdict> verdicts = evaluator.judge(samples(150));
    List<String> tags = verdicts.stream().map(Verdict::tag).toList();
    TaskScores strict =
        TaskScores.of(tags, verdicts.stream().mapToDouble(v -> v.correct() ? 1 : 0).toArray());
    TaskScores graded =
        TaskScores.of(tags, verdicts.stream().mapToDouble(Verdict::graded).toArray());
    assertThat(strict.means()).containsOnlyKeys(allTags());
    assertThat(strict.means().values()).containsOnly(1.0);
    assertThat(graded.overall()).hasValue(1);
  }

  private static List<String> allTags() {
    List<String> tags = new ArrayList<>(GenEvalMetadata.TAGS);
    tags.add("text");
    return tags;
  }

  @Test
  void wrongSettingsAreNamedTogether() {
    assertThatThrownBy(() -> create("{'mod':'strict','mode':'soft','clip_at_zero':'yes'}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("mod is not a setting; did you mean mode?")
        .hasMessageContaining("mode must be one of graded, strict")
        .hasMessageContaining("clip_at_zero must be true or false");
  }

  @Test
  void aPromptWithoutMetadataIsNamed() {
    Sample sample = new Sample(Prompt.of("line 7", "a cat"), new Canvas().image());
    assertThatThrownBy(() -> create("{}").score(List.of(sample)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("line 7");
  }

  @Test
  void anyPixelsAtAnySizeGiveAFiniteScore() {
    Random random = new Random(1);
    List<Sample> samples = new ArrayList<>();
    for (int[] size : new int[][] {{64, 64}, {48, 80}, {128, 128}, {8, 8}, {1, 1}}) {
      for (int levels : new int[] {1, 2, 256}) {
        byte[] rgb = new byte[3 * size[0] * size[1]];
        for (int i = 0; i < rgb.length; i++) {
          rgb[i] =
              (byte) (levels == 1 ? 40 * (i % 3) : 255 / (levels - 1) * random.nextInt(levels));
        }
        Image image = new Image(size[0], size[1], rgb);
        for (Sample sample : samples(20).subList(0, 8)) {
          samples.add(new Sample(sample.prompt(), image));
        }
      }
    }
    for (float score : create("{}").score(samples)) {
      assertThat(score).isFinite().isLessThanOrEqualTo(1f);
    }
  }

  @Test
  void nativeMemoryDoesNotGrow() {
    List<Sample> samples = samples(60);
    Reward reward = create("{}");
    reward.score(samples);
    long before = Pointer.totalBytes();
    for (int i = 0; i < 5; i++) {
      reward.score(samples);
    }
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
  }

  @Test
  @SuppressWarnings("try") // the scope works by being open
  void aRewardOutlivesTheScopeItWasMadeIn() {
    Reward reward;
    try (PointerScope scope = new PointerScope()) {
      reward = create("{'mode':'strict'}");
    }
    assertThat(reward.score(samples(5))).containsOnly(1f);
  }
}
