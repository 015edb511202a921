package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Rewards;
import dev.meander.train.RewardSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs of grey pictures before a judge that likes the brighter one. */
class VlmWinRateTest {
  private static List<Reward.Sample> greys(int... levels) {
    Prompt prompt = Prompt.of("1", "a \"red\" cube");
    return Arrays.stream(levels)
        .mapToObj(l -> new Reward.Sample(prompt, new Image(1, 1, new byte[] {(byte) l, 0, 0})))
        .toList();
  }

  private static int level(JsonNode request, int picture) {
    String url = request.at("/messages/0/content/" + picture + "/image_url/url").asText();
    try {
      return Png.decode(Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)))
          .at(0, 0, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String says(String content) {
    return "{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":%s}}]}"
        .formatted(TextNode.valueOf(content));
  }

  private static String brighter(JsonNode request) {
    int difference = Integer.compare(level(request, 0), level(request, 1));
    return says(
        difference == 0
            ? "Both images are equally good."
            : "Image " + (difference > 0 ? 1 : 2) + " is better.");
  }

  private static float[] rates(ScriptedServer server, String more, List<Reward.Sample> group) {
    try (RewardSet set = new RewardSet()) {
      return ((GroupReward)
              set.scorer("vlm_win_rate", ConfigFile.parse(server.settings(more), "test")))
          .score(group);
    }
  }

  private static float first(String comparison, String answer) {
    try (ScriptedServer server = new ScriptedServer(request -> answer)) {
      return rates(server, "both_orders: false\ncomparison: " + comparison, greys(1, 2))[0];
    }
  }

  @Test
  void everyPairIsAskedOnce() {
    try (ScriptedServer server = new ScriptedServer(VlmWinRateTest::brighter)) {
      assertThat(rates(server, "", greys(10, 40, 20, 20, 30)))
          .containsExactly(0, 1, 0.375f, 0.375f, 0.75f);
      assertThat(server.requests).hasSize(10);
      assertThat(server.paths).containsOnly("/v1/chat/completions");
      assertThat(server.requests.get(0).at("/messages/0/content/2/text").asText())
          .endsWith("Text Caption: [a \"red\" cube]");
      assertThat(server.requests.get(0).path("temperature").asInt(-1)).isZero();
    }
  }

  @Test
  void noImageIsAlwaysFirst() {
    try (ScriptedServer server = new ScriptedServer(request -> says("Image 1 is better."))) {
      // A judge that likes the first picture, whatever it is: half of the wins each, at best.
      assertThat(rates(server, "", greys(1, 2, 3, 4, 5)))
          .containsExactly(0.5f, 0.5f, 0.5f, 0.5f, 0.5f);
      assertThat(rates(server, "both_orders: true", greys(1, 2, 3, 4)))
          .containsExactly(0.5f, 0.5f, 0.5f, 0.5f);
      Set<List<Integer>> orders = new HashSet<>();
      server.requests.subList(10, 22).forEach(r -> orders.add(List.of(level(r, 0), level(r, 1))));
      assertThat(orders).hasSize(12);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vllm-first",
        "sglang-first",
        "llama-server-first",
        "transformers-serve-first",
        "vllm-think-first",
        "sglang-think-first",
        "llama-server-think-first"
      })
  void conclusionsOfEveryServer(String shape) throws IOException {
    String answer = Files.readString(Path.of("src/test/resources/chat/" + shape + ".json"));
    for (String comparison : List.of("conclusion", "think")) {
      assertThat(first(comparison, answer)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Image 1 is better|1",
        "**Image 2 is better.**|0",
        "image 1 is better than Image 2!|1",
        "Both images are equally good.|0.5",
        "Image 2 is blurred. Conclusion: Image 1 is better.|1",
        "Image 1 is better in style. Image 2 is better in content. Image 2 is better.|0",
        "<think>Image 1 is better?</think><answer>Image 2 is better</answer>|0"
      })
  void theLastSentenceCounts(String text, float expected) {
    assertThat(first("conclusion", says(text))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Image 1",
        "1",
        "Image 3 is better.",
        "I do not think that Image 1 is better.",
        "Image 1 is better, or not.",
        "<answer>Image 1 is better</answer> but Image 2 is not bad",
        "<think>Image 1 is better.",
        ""
      })
  void whatIsNoConclusionFailsInTheEnd(String text) {
    assertThatThrownBy(() -> first("conclusion", says(text)))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("reward vlm_win_rate: no server gave a usable answer, asked 2 times");
  }

  @Test
  void anAnswerThatWasCutOffIsNone() {
    String cut = says("Image 1 is better.").replace("\"stop\"", "\"length\"");
    assertThatThrownBy(() -> first("conclusion", cut))
        .hasMessageContaining("answered no conclusion, for it was cut off (finish_reason length)");
  }

  @Test
  void howSureTheModelIsOfTheFirst() {
    Function<String, String> token =
        top ->
            """
            {"choices": [{"finish_reason": "length", "message": {"content": "1"},
              "logprobs": {"content": [{"token": "1", "logprob": -0.1, "top_logprobs": [%s]}]}}]}
            """
                .formatted(top);
    String sure =
        "{\"token\": \"1\", \"logprob\": %s}, {\"token\": \" 2\", \"logprob\": %s}"
            .formatted(Math.log(0.6), Math.log(0.2));
    assertThat(first("one_or_two", token.apply(sure))).isCloseTo(0.75f, within(1e-6f));
    assertThatThrownBy(
            () -> first("one_or_two", token.apply("{\"token\": \"A\", \"logprob\": -0.1}")))
        .hasMessageContaining("neither 1 nor 2, but probably [a]");
    assertThatThrownBy(() -> first("one_or_two", says("1")))
        .hasMessageContaining("answered without top_logprobs");
  }

  @Test
  void itComparesTwoAtLeastAndJudgesNone() {
    try (ScriptedServer server = new ScriptedServer(VlmWinRateTest::brighter)) {
      for (List<Reward.Sample> few : List.of(greys(), greys(3))) {
        assertThatThrownBy(() -> rates(server, "", few))
            .isInstanceOf(RewardFailed.class)
            .hasMessageContaining("needs at least two images of a prompt, found " + few.size());
      }
      assertThat(server.requests).isEmpty();
      assertThatThrownBy(
              () -> Rewards.create("vlm_win_rate", ConfigFile.parse(server.settings(""), "test")))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("compares the images of a group");
      assertThatThrownBy(() -> rates(server, "comparison: {type: think, template: x}", greys(1, 2)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("template must contain {prompt}");
    }
  }
}
