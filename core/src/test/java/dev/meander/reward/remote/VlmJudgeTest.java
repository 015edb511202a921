package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Png;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Rewards;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge against a server that answers what the test tells it. */
class VlmJudgeTest {
  private static final String WORD =
      "{\"choices\":[{\"message\":{\"content\":\"Yes\"},\"logprobs\":{\"content\":[{\"token\":\"Yes\",\"top_logprobs\":[%s]}]}}]}";

  private final List<JsonNode> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<String> paths = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger asked = new AtomicInteger();
  private volatile List<String> answers = List.of();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(Json.parse(body).orElseThrow());
            paths.add(exchange.getRequestURI().getPath());
            String answer = answers.get(Math.min(asked.getAndIncrement(), answers.size() - 1));
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Reward judge(String more) {
    return Rewards.create(
        "vlm_judge",
        ConfigFile.parse(
            """
            endpoints: ["http://127.0.0.1:%d/v1"]
            model: judge-7b
            connection: {timeout_seconds: 10, retries: 2, backoff_seconds: 0.01}
            %s
            """
                .formatted(server.getAddress().getPort(), more),
            "test"));
  }

  private float score(String more, String... given) {
    answers = List.of(given);
    try (Reward judge = judge(more)) {
      return judge.score(List.of(ScoreProtocolTest.sample(1)))[0];
    }
  }

  private static String tokens(Object... tokensAndProbabilities) {
    List<String> list = new ArrayList<>();
    for (int i = 0; i < tokensAndProbabilities.length; i += 2) {
      list.add(
          "{\"token\":\"%s\",\"logprob\":%s}"
              .formatted(
                  tokensAndProbabilities[i],
                  Math.log(((Number) tokensAndProbabilities[i + 1]).doubleValue())));
    }
    return WORD.formatted(String.join(",", list));
  }

  private static String says(String text) {
    return "{\"choices\":[{\"message\":{\"content\":\"%s\"}}]}".formatted(text);
  }

  @Test
  void theRequestIsAChatCompletionWithTheImage() throws Exception {
    score("extra: {seed: 7}", tokens("Yes", 0.9, "No", 0.1));

    JsonNode request = requests.get(0);
    assertThat(paths).containsExactly("/v1/chat/completions");
    assertThat(request.path("model").asText()).isEqualTo("judge-7b");
    assertThat(request.path("temperature").asInt(-1)).isZero();
    assertThat(request.path("max_tokens").asInt()).isEqualTo(1);
    assertThat(request.path("logprobs").asBoolean()).isTrue();
    assertThat(request.path("top_logprobs").asInt()).isEqualTo(20);
    assertThat(request.path("seed").asInt()).isEqualTo(7);
    JsonNode content = request.path("messages").path(0).path("content");
    assertThat(content.path(1).path("text").asText())
        .isEqualTo("Does this image show \"a \"red\" café\"? Answer with one word, yes or no.");
    String url = content.path(0).path("image_url").path("url").asText();
    assertThat(url).startsWith("data:image/png;base64,");
    byte[] png = Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
    assertThat(Png.decode(png).rgb()).isEqualTo(ScoreProtocolTest.sample(1).image().rgb());
  }

  @Test
  void yesAndNoCountInEveryForm() {
    assertThat(score("", tokens("Yes", 0.5, " yes", 0.1, "No", 0.2, "\u0120no.", 0.05, "The", 0.1)))
        .isCloseTo(0.6f / 0.85f, within(1e-6f));
    assertThat(score("", tokens("No", 0.75, "Yes", 0.25))).isCloseTo(0.25f, within(1e-6f));
  }

  @Test
  void marksAreSpreadOverZeroToOne() {
    String rubric = "rating: {type: rubric, template: \"Mark {prompt}\"}";
    assertThat(score(rubric, says("1"))).isZero();
    assertThat(score(rubric, says(" Score: 4/5."))).isEqualTo(0.75f);
    assertThat(score(rubric, says("**5** out of 5"))).isEqualTo(1);
    assertThat(
            requests.get(0).path("messages").path(0).path("content").path(1).path("text").asText())
        .isEqualTo("Mark a \"red\" café");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4",
        " 4\\n",
        "4.",
        "**4**",
        "4/5",
        "4 out of 5",
        "Score: 4",
        "**Score:** 4/5.",
        "The rating is 4",
        "{\\\"score\\\": 4}"
      })
  void aMarkCountsWithItsLabelsAndNothingElse(String answer) {
    assertThat(score("rating: rubric", says(answer))).isEqualTo(0.75f);
    assertThat(asked).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"finish_reason\":\"length\",\"message\":{\"content\":\"1\"}|cut off (finish_reason length)",
        "\"message\":{\"content\":\"<think>It is 1 red\"}|the model thinks first",
        "\"message\":{\"content\":null,\"reasoning_content\":\"It is 4\"}|the model thinks first"
      })
  void anAnswerThatIsNotWholeIsNoMark(String choice, String message) {
    for (String rating : List.of("rubric", "{type: rubric, expected: true}")) {
      assertThatThrownBy(() -> score("rating: " + rating, "{\"choices\":[{" + choice + "}]}"))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void probabilitiesOfADigitInASentenceAreNoMark() {
    String answer =
        tokens("3", 0.9, "4", 0.1)
            .replace("\"token\":\"Yes\"", "\"token\":\" 3\"")
            .replace("\"content\":\"Yes\"", "\"content\":\"I see 3 dogs\"");
    assertThatThrownBy(() -> score("rating: {type: rubric, expected: true}", answer))
        .hasMessageContaining("no single mark");
  }

  @Test
  void theExpectedMarkIsTheMean() {
    String expected = "rating: {type: rubric, expected: true}";
    String answer =
        tokens("3", 0.5, "4", 0.25, "5", 0.15, "9", 0.1)
            .replace("\"token\":\"Yes\"", "\"token\":\" 3\"")
            .replace("\"content\":\"Yes\"", "\"content\":\" 3\"");

    assertThat(score(expected, answer))
        .isCloseTo((float) (((3 * 0.5 + 4 * 0.25 + 5 * 0.15) / 0.9 - 1) / 4), within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":[{\"message\":{\"content\":\"Yes\"}}]}",
        "{\"choices\":[]}",
        "{\"error\":{\"message\":\"overloaded\"}}",
        "<html>",
        "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I cannot\"}}]}",
      })
  void aMalformedAnswerIsAskedForAgain(String bad) {
    assertThat(score("", bad, tokens("Yes", 0.5, "No", 0.5))).isEqualTo(0.5f);
    assertThat(asked).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "It is a cat|no single mark from 1 to 5",
        "7|no single mark",
        "3 or 4|no single mark",
        "3.5|no single mark",
        "45|no single mark",
        "-1|no single mark",
        "+4|no single mark",
        "4%|no single mark",
        "Score: -1|no single mark",
        "I see 2 red circles.|no single mark",
        "The image shows 3 red circles, so|no single mark",
        "4 of 5|no single mark",
        "4 out of 10|no single mark"
      })
  void whatIsNoMarkFailsInTheEnd(String text, String message) {
    assertThatThrownBy(() -> score("rating: rubric", says(text)))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("reward vlm_judge")
        .hasMessageContaining("asked 3 times")
        .hasMessageContaining(message)
        .hasMessageContaining(text);
    assertThat(asked).hasValue(3);
  }

  @Test
  void whatIsNeitherYesNorNoFailsInTheEnd() {
    assertThatThrownBy(() -> score("", tokens("The", 0.9, "Yes", 0.01)))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("neither yes nor no, but probably [the, yes]");
    assertThatThrownBy(() -> score("", WORD.formatted("{\"token\":\"Yes\",\"logprob\":3}")))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("log-probabilities that are none");
  }

  @Test
  void wrongSettings() {
    assertThatThrownBy(() -> judge("rating: {type: yes_no, template: \"Is it good?\"}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("template must contain {prompt}");
    assertThatThrownBy(() -> judge("api_key: hush"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("api_key is not a setting")
        .hasMessageNotContaining("hush");
  }
}
