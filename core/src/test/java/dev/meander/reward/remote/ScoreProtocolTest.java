package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreProtocolTest {
  static Reward.Sample sample(int seed) {
    byte[] rgb = new byte[3 * 5 * 4];
    new Random(seed).nextBytes(rgb);
    Prompt prompt =
        new Prompt(
            "line " + seed,
            "a \"red\" café",
            JsonNodeFactory.instance.objectNode().put("tag", "text").put("n", 0.1));
    return new Reward.Sample(prompt, new Image(5, 4, rgb));
  }

  private static String answer(String scores) {
    return "{\"protocol\":\"meander-reward/1\",\"request\":\"r\",\"scores\":[" + scores + "]}";
  }

  @Test
  void aRequestArrivesAsItWasSent() throws Exception {
    List<Reward.Sample> sent = List.of(sample(1), sample(2));

    ScoreProtocol.Request read =
        ScoreProtocol.read(ScoreProtocol.request("r", sent, Optional.empty()));

    assertThat(read.request()).isEqualTo("r");
    assertThat(read.ids()).containsExactly("0", "1");
    for (int i = 0; i < 2; i++) {
      assertThat(read.samples().get(i).prompt()).isEqualTo(sent.get(i).prompt());
      assertThat(read.samples().get(i).image().width()).isEqualTo(5);
      assertThat(read.samples().get(i).image().rgb()).isEqualTo(sent.get(i).image().rgb());
    }
  }

  @Test
  void sourceAndGroupAreOptional() throws Exception {
    Image source = sample(3).image();
    Reward.Sample edited =
        new Reward.Sample(sample(1).prompt(), sample(1).image(), Optional.of(source));

    ScoreProtocol.Request read =
        ScoreProtocol.read(
            ScoreProtocol.request("r", List.of(edited, sample(2)), Optional.of("g")));

    assertThat(read.samples().get(0).source().orElseThrow().rgb()).isEqualTo(source.rgb());
    assertThat(read.samples().get(1).source()).isEmpty();
    assertThat(read.groups()).containsExactly("g", "g");
    String plain =
        new String(
            ScoreProtocol.request("r", List.of(sample(1)), Optional.empty()),
            StandardCharsets.UTF_8);
    assertThat(plain).doesNotContain("source", "group");
    byte[] nulls =
        plain
            .replace("\"id\"", "\"source\":null,\"group\":null,\"id\"")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(ScoreProtocol.read(nulls).groups()).containsExactly("");
  }

  @Test
  void groupsAreTakenApart() {
    ScoreProtocol.Request request =
        new ScoreProtocol.Request(
            "r", List.of("0", "1", "2", "3"), List.of("b", "a", "b", "a"), List.of());
    assertThat(request.byGroup()).containsExactly(new int[] {0, 2}, new int[] {1, 3});
  }

  @Test
  void scoresKeepEveryBit() throws Exception {
    Random random = new Random(3);
    List<Reward.Sample> samples = List.of(sample(1), sample(2), sample(3));
    ScoreProtocol.Request request =
        ScoreProtocol.read(ScoreProtocol.request("r", samples, Optional.empty()));
    for (int i = 0; i < 1000; i++) {
      float[] scores = new float[3];
      for (int j = 0; j < 3; j++) {
        scores[j] = Float.intBitsToFloat(random.nextInt() & 0xbfffffff); // finite
      }
      String json =
          new String(Json.bytes(ScoreProtocol.answer(request, scores)), StandardCharsets.UTF_8);
      assertThat(ScoreProtocol.scores(json, "r", 3)).isEqualTo(scores);
    }
  }

  @Test
  void anyOrderWillDo() throws Exception {
    String json = answer("{\"id\":\"1\",\"score\":2},{\"id\":\"0\",\"score\":-1.5}");

    assertThat(ScoreProtocol.scores(json, "r", 2)).containsExactly(-1.5f, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\":\"0\",\"score\":1}|1 scores for 2 images",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"0\",\"score\":1}|appears twice",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"2\",\"score\":1}|unknown id: \"2\"",
        "{\"id\":\"0\",\"score\":1},{\"score\":1}|unknown id: missing",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"1\",\"score\":NaN}|something else than JSON",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"1\",\"score\":\"NaN\"}|no finite number: \"NaN\"",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"1\",\"score\":null}|no finite number: null",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"1\",\"score\":1e999}|no finite number",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"1\",\"score\":1e300}|no finite number: 1.0E300",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"1\"}|no finite number: missing",
        "{\"id\":\"0\",\"score\":1},{\"id\":\"1\",\"score\":1,\"score\":2}|something else than JSON",
      })
  void whatIsNotOneFiniteScoreForEachIsAFault(String scores, String message) {
    assertThatThrownBy(() -> ScoreProtocol.scores(answer(scores), "r", 2))
        .isInstanceOf(Fault.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<html>no</html>|something else than JSON: <html>no",
        "[]|something else than JSON",
        "{}|does not speak meander-reward/1",
        "{\"protocol\":\"meander-reward/1\",\"request\":\"s\",\"scores\":[]}|answered another request: \"s\"",
        "{\"protocol\":\"meander-reward/1\",\"request\":\"r\"}|no list of scores",
        "{\"protocol\":\"meander-reward/1\",\"request\":\"r\",\"scores\":[]} {}|something else than JSON",
      })
  void otherAnswersAreFaults(String answer, String message) {
    assertThatThrownBy(() -> ScoreProtocol.scores(answer, "r", 1))
        .isInstanceOf(Fault.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nothing|the body is not a JSON object",
        "{\"protocol\":\"meander-reward/2\"}|protocol must be meander-reward/1",
        "{\"protocol\":\"meander-reward/1\",\"samples\":[]}|at least one element",
        "{\"protocol\":\"meander-reward/1\",\"samples\":[{}]}|samples[0].id must be a string",
        "{\"protocol\":\"meander-reward/1\",\"samples\":[{\"id\":\"a\"}]}|samples[0].prompt must be",
        "{\"protocol\":\"meander-reward/1\",\"samples\":[{\"id\":\"a\",\"prompt\":\"b\",\"image\":\"?\"}]}|is not base64",
        "{\"protocol\":\"meander-reward/1\",\"samples\":[{\"id\":\"a\",\"prompt\":\"b\",\"image\":\"AAAA\"}]}|samples[0].image is not a PNG",
        "{\"protocol\":\"meander-reward/1\",\"samples\":[{\"id\":\"a\",\"group\":1}]}|samples[0].group must be a string",
      })
  void aWrongRequestIsExplained(String body, String message) {
    assertThatThrownBy(() -> ScoreProtocol.read(body.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ScoreProtocol.BadRequest.class)
        .hasMessageContaining(message);
  }
}
