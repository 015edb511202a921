package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Rewards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What vLLM, SGLang and llama.cpp's servers answer (src/test/resources/chat). */
class ChatShapesTest {
  private static String shape(String name) {
    try {
      return Files.readString(Path.of("src/test/resources/chat/" + name + ".json"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String says(String content) {
    return shape("vllm-marks")
        .replaceFirst("\"content\": \"[^\"]*\"", "\"content\": \"" + content + "\"");
  }

  private static float score(String rating, String answer) {
    try (ScriptedServer server = new ScriptedServer(request -> answer);
        Reward judge =
            Rewards.create(
                "vlm_judge", ConfigFile.parse(server.settings("rating: " + rating), "test"))) {
      return judge.score(List.of(ScoreProtocolTest.sample(1)))[0];
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vllm-yes",
        "sglang-yes",
        "llama-server-yes",
        "llama-server-yes-post-sampling",
        "llama-cpp-python-yes"
      })
  void probabilitiesOfTheFirstToken(String shape) {
    assertThat(score("yes_no", shape(shape))).isCloseTo(0.8f / 0.9f, within(1e-5f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm-marks", "sglang-marks", "llama-server-marks"})
  void threeMarks(String shape) {
    double alignment = 2.694700002670288;
    assertThat(score("unified_reward", shape(shape)))
        .isCloseTo((float) (((alignment + 3.5 + 4) / 3 - 1) / 4), within(1e-6f));
    assertThat(score("{type: unified_reward, coherence: 0, style: 3}", shape(shape)))
        .isCloseTo((float) (((alignment + 3 * 4) / 4 - 1) / 4), within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Alignment Score (1-5): 3\\nStyle Score (1-5): 4",
        "Alignment Score (1-5): 3\\nCoherence Score (1-5): 3\\nStyle Score (1-5): 4\\nStyle Score (1-5): 2",
        "Alignment Score (1-5): -3\\nCoherence Score (1-5): 3\\nStyle Score (1-5): 4",
        "Alignment Score (1-5): 9\\nCoherence Score (1-5): 3\\nStyle Score (1-5): 4",
        "Alignment Score (1-5): X\\nCoherence Score (1-5): 3\\nStyle Score (1-5): 4",
        "I see 3 cubes.\\nAlignment Score (1-5): 3\\nCoherence Score (1-5): 3\\nStyle Score (1-5): 4",
        ""
      })
  void whatIsNotThreeMarksFailsInTheEnd(String text) {
    assertThatThrownBy(() -> score("unified_reward", says(text)))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("reward vlm_judge: no server gave a usable answer, asked 2 times");
  }

  @ParameterizedTest
  @CsvSource({"vllm-pooling", "vllm-pooling-tokens", "vllm-classify"})
  void numbersOfAHead(String shape) {
    assertThat(score("hpsv3", shape(shape))).isEqualTo(8.25f);
    assertThat(score("{type: hpsv3, index: 1}", shape(shape))).isEqualTo(0.5f);
    assertThatThrownBy(() -> score("{type: hpsv3, index: 2}", shape(shape)))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("answered no finite number at index 2");
  }

  @Test
  void aHeadIsAskedInTheFormOfAChat() {
    try (ScriptedServer server = new ScriptedServer(request -> shape("vllm-pooling"));
        Reward judge =
            Rewards.create(
                "vlm_judge", ConfigFile.parse(server.settings("rating: hpsv3"), "test"))) {
      judge.score(List.of(ScoreProtocolTest.sample(1)));
      assertThat(server.paths).containsExactly("/v1/pooling");
      JsonNode request = server.requests.get(0);
      assertThat(request.path("encoding_format").asText()).isEqualTo("float");
      assertThat(request.has("temperature")).isFalse();
      assertThat(request.at("/messages/0/content/1/text").asText())
          .contains("Textual prompt - a \"red\" café")
          .contains("<|Reward|>");
    }
    assertThatThrownBy(() -> score("hpsv3", shape("vllm-yes")))
        .hasMessageContaining("answered 0 results instead of one");
    assertThatThrownBy(() -> score("{type: hpsv3, path: pooling}", ""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("path must begin with a slash");
  }

  @Test
  void theSourceIsShownFirst() throws Exception {
    Image source = new Image(2, 1, new byte[] {1, 2, 3, 4, 5, 6});
    Reward.Sample plain = ScoreProtocolTest.sample(1);
    String settings = "show_source: true\nrating: unified_reward";
    try (ScriptedServer server = new ScriptedServer(request -> shape("vllm-marks"));
        Reward judge =
            Rewards.create("vlm_judge", ConfigFile.parse(server.settings(settings), "test"))) {
      judge.score(List.of(new Reward.Sample(plain.prompt(), plain.image(), Optional.of(source))));
      JsonNode content = server.requests.get(0).at("/messages/0/content");
      assertThat(picture(content.path(0)).rgb()).isEqualTo(source.rgb());
      assertThat(picture(content.path(1)).rgb()).isEqualTo(plain.image().rgb());
      assertThat(content.path(2).path("type").asText()).isEqualTo("text");

      PromptCheck check =
          Rewards.provider("vlm_judge")
              .promptCheck(ConfigFile.parse(server.settings(settings), "test"));
      assertThat(check.problems(plain.prompt()))
          .singleElement()
          .asString()
          .contains("source_image");
      Prompt sourced =
          new Prompt("1", "a cat", plain.prompt().metadata(), Optional.of(Path.of("cat.png")));
      assertThat(check.problems(sourced)).isEmpty();
    }
  }

  private static Image picture(JsonNode part) throws IOException {
    String url = part.path("image_url").path("url").asText();
    return Png.decode(Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)));
  }
}
