package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.Scorer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Server and client of the reward protocol against the requests and answers that the copyable
 * servers in Python are tested with.
 */
class ExchangesTest {
  private static final Path FILE = Path.of("../tools/reward-server/exchanges.json");

  private static final Reward BRIGHTNESS =
      samples -> {
        float[] scores = new float[samples.size()];
        for (int i = 0; i < scores.length; i++) {
          scores[i] = distance(samples.get(i).image(), black(samples.get(i).image()));
        }
        return scores;
      };

  private static final Reward NEARNESS =
      samples -> {
        float[] scores = new float[samples.size()];
        for (int i = 0; i < scores.length; i++) {
          Image source =
              samples.get(i).source().orElseThrow(() -> new UserError("there is no source_image"));
          scores[i] = 1 - distance(samples.get(i).image(), source);
        }
        return scores;
      };

  private static final GroupReward RANK =
      group -> {
        float[] own = BRIGHTNESS.score(group);
        float[] ranks = new float[own.length];
        for (int i = 0; i < own.length; i++) {
          for (int j = 0; j < own.length; j++) {
            ranks[i] += i == j ? 0 : (1 + Math.signum(own[i] - own[j])) / 2 / (own.length - 1);
          }
        }
        return ranks;
      };

  private static final Map<String, Scorer> SCORERS =
      Map.of("brightness", BRIGHTNESS, "nearness", NEARNESS, "brightness_rank", RANK);

  private static final Map<String, RewardServer> SERVERS = new TreeMap<>();

  private static Image black(Image image) {
    return new Image(image.width(), image.height(), new byte[image.rgb().length]);
  }

  private static float distance(Image a, Image b) {
    double sum = 0;
    for (int i = 0; i < a.rgb().length; i++) {
      sum += Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff)) / 255.0;
    }
    return (float) (sum / a.rgb().length);
  }

  @BeforeAll
  static void start() {
    SCORERS.forEach(
        (name, scorer) ->
            SERVERS.put(name, RewardServer.start(name, scorer, RewardServer.Settings.local(0))));
  }

  @AfterAll
  static void end() {
    SERVERS.values().forEach(RewardServer::close);
  }

  private static List<JsonNode> exchanges() throws IOException {
    List<JsonNode> all = new ArrayList<>();
    StrictJson.MAPPER.readTree(Files.readAllBytes(FILE)).forEach(all::add);
    return all;
  }

  private static byte[] body(JsonNode exchange) {
    return exchange.has("body")
        ? exchange.get("body").textValue().getBytes(StandardCharsets.UTF_8)
        : Json.bytes(exchange.get("request"));
  }

  private static Map<String, Float> scores(JsonNode answer) {
    Map<String, Float> scores = new TreeMap<>();
    answer
        .get("scores")
        .forEach(s -> scores.put(s.get("id").asText(), s.get("score").floatValue()));
    return scores;
  }

  @TestFactory
  Stream<DynamicTest> theServerAnswersAsItIsWritten() throws IOException {
    return exchanges().stream()
        .map(e -> DynamicTest.dynamicTest(e.get("name").asText(), () -> answered(e)));
  }

  private static void answered(JsonNode exchange) throws Exception {
    URI address = SERVERS.get(exchange.get("scorer").asText()).address();
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address + ScoreProtocol.SCORE))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body(exchange)))
                    .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(exchange.get("status").asInt());
    JsonNode answer = Json.object(response.body());
    assertThat(answer.path("protocol").asText()).isEqualTo(ScoreProtocol.VERSION);
    if (exchange.has("answer")) {
      assertThat(answer.path("request")).isEqualTo(exchange.at("/answer/request"));
      assertThat(scores(answer)).isEqualTo(scores(exchange.get("answer")));
    } else {
      assertThat(answer.at("/error/code")).isEqualTo(exchange.get("code"));
      assertThat(answer.at("/error/message").asText()).isNotBlank();
    }
  }

  @TestFactory
  Stream<DynamicTest> theClientAsksAndReadsAsItIsWritten() throws IOException {
    return exchanges().stream()
        .filter(e -> e.has("answer") && e.at("/request/samples/0/prompt_id").isTextual())
        .filter(e -> e.at("/request/samples/0/id").asText().equals("0"))
        .map(e -> DynamicTest.dynamicTest(e.get("name").asText(), () -> asked(e)));
  }

  private static void asked(JsonNode exchange) throws Exception {
    JsonNode listed = exchange.at("/request/samples");
    ScoreProtocol.Request request = ScoreProtocol.read(body(exchange));
    // A client asks about one group at a time.
    for (int[] group : request.byGroup()) {
      String id = request.groups().get(group[0]);
      byte[] asked =
          ScoreProtocol.request(
              request.request(),
              Arrays.stream(group).mapToObj(request.samples()::get).toList(),
              id.isEmpty() ? Optional.empty() : Optional.of(id));
      ObjectNode expected = exchange.get("request").deepCopy();
      var samples = expected.putArray("samples");
      for (int k = 0; k < group.length; k++) {
        samples.add(((ObjectNode) listed.get(group[k])).deepCopy().put("id", Integer.toString(k)));
      }
      assertThat(decoded(StrictJson.MAPPER.readTree(asked))).isEqualTo(decoded(expected));
    }
    float[] scores =
        ScoreProtocol.scores(
            exchange.get("answer").toString(), request.request(), request.samples().size());
    Map<String, Float> expected = scores(exchange.get("answer"));
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i]).isEqualTo(expected.get(Integer.toString(i)));
    }
  }

  /** Encoders may pack the same pixels differently. */
  private static JsonNode decoded(JsonNode request) throws IOException {
    for (JsonNode sample :
        StreamSupport.stream(request.get("samples").spliterator(), false).toList()) {
      for (String key : List.of("image", "source")) {
        if (sample.has(key)) {
          Image image = Png.decode(Base64.getDecoder().decode(sample.get(key).textValue()));
          ((ObjectNode) sample)
              .put(key, image.width() + ": " + HexFormat.of().formatHex(image.rgb()));
        }
      }
    }
    return request;
  }
}
