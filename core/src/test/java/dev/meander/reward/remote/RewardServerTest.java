package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Rewards;
import dev.meander.train.RewardSet;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference server and its client, over the loopback address. */
class RewardServerTest {
  /** The sum of the first bytes and the prompt's length: another number for each sample. */
  private static final Reward SUM =
      samples -> {
        float[] scores = new float[samples.size()];
        for (int i = 0; i < scores.length; i++) {
          Reward.Sample s = samples.get(i);
          scores[i] = s.image().at(0, 0, 0) / 3f + s.image().at(1, 0, 1) + s.prompt().id().length();
        }
        return scores;
      };

  private static final List<Reward.Sample> SAMPLES =
      IntStream.range(0, 23).mapToObj(ScoreProtocolTest::sample).toList();

  private static Reward client(URI address, String more) {
    String yaml =
        """
        endpoints: ["%s/"]
        batch_size: 4
        connection: {timeout_seconds: 5, retries: 3, backoff_seconds: 0.01, breaker_faults: 100}
        %s
        """
            .formatted(address, more);
    return Rewards.create("http", ConfigFile.parse(yaml, "test"));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private static JsonNode error(HttpResponse<String> response) {
    return Json.parse(response.body()).orElseThrow().path("error");
  }

  @Test
  void scoresAreThoseOfTheReward() {
    try (RewardServer server = RewardServer.start("sum", SUM, RewardServer.Settings.local(0));
        Reward client = client(server.address(), "")) {
      assertThat(client.score(SAMPLES)).isEqualTo(SUM.score(SAMPLES));
      assertThat(client.score(List.of())).isEmpty();
    }
  }

  @Test
  void groupsAndSourcesTravel() {
    // Each image's share of the sum of all; a source counts 1000.
    GroupReward share =
        group -> {
          float[] sums = SUM.score(group);
          float all = 0;
          for (int i = 0; i < sums.length; i++) {
            sums[i] += group.get(i).source().isPresent() ? 1000 : 0;
            all += sums[i];
          }
          for (int i = 0; i < sums.length; i++) {
            sums[i] /= all;
          }
          return sums;
        };
    List<Reward.Sample> group = new ArrayList<>(SAMPLES.subList(0, 5));
    Reward.Sample first = group.get(0);
    group.set(0, new Reward.Sample(first.prompt(), first.image(), Optional.of(first.image())));
    try (RewardServer server = RewardServer.start("share", share, RewardServer.Settings.local(0));
        RewardSet set = new RewardSet();
        Reward single = client(server.address(), "")) {
      JsonNode config =
          ConfigFile.parse(
              "{endpoints: [\"%s\"], connection: {retries: 0}}".formatted(server.address()),
              "test");
      GroupReward client = (GroupReward) set.scorer("http_group", config);
      assertThat(client.score(group)).isEqualTo(share.score(group));
      assertThatThrownBy(() -> client.score(group.subList(1, 2)))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining("the group 0 has a single image, and share compares at least two");
      assertThatThrownBy(() -> single.score(group))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining(
              "samples[0].group is missing: share compares the images of a group");
    }
    try (RewardServer server = RewardServer.start("sum", SUM, RewardServer.Settings.local(0));
        RewardSet set = new RewardSet()) {
      JsonNode config =
          ConfigFile.parse("{endpoints: [\"%s\"]}".formatted(server.address()), "test");
      // A server that scores single images does not mind groups.
      assertThat(((GroupReward) set.scorer("http_group", config)).score(group))
          .isEqualTo(SUM.score(group));
    }
  }

  @ParameterizedTest
  @EnumSource(Trouble.class)
  void aSpoiltAnswerIsAskedForAgain(Trouble trouble) {
    AtomicInteger requests = new AtomicInteger();
    String timeout = trouble == Trouble.DELAY ? "1" : "5";
    try (RewardServer server =
            FaultyAnswers.serve(
                "sum", SUM, () -> requests.incrementAndGet() == 2 ? trouble : Trouble.NONE);
        Reward client =
            Rewards.create(
                "http",
                ConfigFile.parse(
                    "{endpoints: [\"%s\"], batch_size: 6, connection: {timeout_seconds: %s, backoff_seconds: 0.01}}"
                        .formatted(server.address(), timeout),
                    "test"))) {
      assertThat(client.score(SAMPLES)).isEqualTo(SUM.score(SAMPLES));
      assertThat(requests.get()).isGreaterThanOrEqualTo(trouble == Trouble.NONE ? 4 : 5);
    }
  }

  @Test
  void anotherServerTakesOver() {
    RewardServer gone = RewardServer.start("sum", SUM, RewardServer.Settings.local(0));
    gone.close();
    try (RewardServer server = RewardServer.start("sum", SUM, RewardServer.Settings.local(0));
        Reward client =
            Rewards.create(
                "http",
                ConfigFile.parse(
                    "{endpoints: [\"%s\", \"%s\"], connection: {retries: 0}}"
                        .formatted(gone.address(), server.address()),
                    "test"))) {
      assertThat(client.score(SAMPLES)).isEqualTo(SUM.score(SAMPLES));
    }
  }

  @Test
  void aServerThatIsGoneIsNamed() {
    RewardServer gone = RewardServer.start("sum", SUM, RewardServer.Settings.local(0));
    gone.close();
    try (Reward client = client(gone.address(), "")) {
      assertThatThrownBy(() -> client.score(SAMPLES))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining(gone.address() + " cannot be reached");
    }
  }

  @Test
  void aRewardThatFailsAnswersAnError() {
    Reward nan = samples -> new float[] {Float.NaN};
    try (RewardServer server = RewardServer.start("nan", nan, RewardServer.Settings.local(0));
        Reward client = client(server.address(), "")) {
      assertThatThrownBy(() -> client.score(SAMPLES))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining("answered 500: nan gave no finite score");
    }
    Reward picky =
        samples -> {
          throw new UserError("the prompt needs metadata");
        };
    try (RewardServer server = RewardServer.start("picky", picky, RewardServer.Settings.local(0));
        Reward client = client(server.address(), "")) {
      assertThatThrownBy(() -> client.score(SAMPLES))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining("every server refused")
          .hasMessageContaining("answered 422: the prompt needs metadata");
    }
  }

  @Test
  void aTokenIsAskedFor() throws Exception {
    Secret token =
        Secret.read("test", "token", Optional.of("TOKEN"), Map.of("TOKEN", "abc-123"))
            .orElseThrow();
    RewardServer.Settings local = RewardServer.Settings.local(0);
    RewardServer.Settings guarded =
        new RewardServer.Settings(local.host(), 0, 2, local.mostBytes(), Optional.of(token));
    try (RewardServer server = RewardServer.start("sum", SUM, guarded);
        Reward client = client(server.address(), "")) {
      assertThatThrownBy(() -> client.score(SAMPLES))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining("answered 401: this server wants a token");
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.address() + ScoreProtocol.SCORE))
              .header("Authorization", "Bearer abc-123")
              .POST(
                  HttpRequest.BodyPublishers.ofByteArray(
                      ScoreProtocol.request("r", SAMPLES, Optional.empty())));
      assertThat(send(request).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void healthAndWrongRequests() throws Exception {
    RewardServer.Settings local = RewardServer.Settings.local(0);
    RewardServer.Settings small =
        new RewardServer.Settings(local.host(), 0, 2, 1000, Optional.empty());
    try (RewardServer server = RewardServer.start("sum", SUM, small)) {
      URI score = URI.create(server.address() + "/v1/score");
      HttpResponse<String> health =
          send(HttpRequest.newBuilder(URI.create(server.address() + "/v1/health")).GET());
      assertThat(health.statusCode()).isEqualTo(200);
      assertThat(Json.parse(health.body()).orElseThrow().toString())
          .isEqualTo("{\"protocol\":\"meander-reward/1\",\"status\":\"ok\",\"reward\":\"sum\"}");

      HttpResponse<String> method = send(HttpRequest.newBuilder(score).GET());
      assertThat(method.statusCode()).isEqualTo(405);
      HttpResponse<String> path =
          send(HttpRequest.newBuilder(URI.create(server.address() + "/score")).GET());
      assertThat(path.statusCode()).isEqualTo(404);
      assertThat(error(path).path("message").asText()).contains("/v1/score");
      HttpResponse<String> body =
          send(HttpRequest.newBuilder(score).POST(HttpRequest.BodyPublishers.ofString("{}")));
      assertThat(body.statusCode()).isEqualTo(400);
      assertThat(error(body).path("code").asText()).isEqualTo("bad_request");
      HttpResponse<String> large =
          send(
              HttpRequest.newBuilder(score)
                  .POST(HttpRequest.BodyPublishers.ofString("x".repeat(100_000))));
      assertThat(large.statusCode()).isEqualTo(413);
    }
  }

  @Test
  void wrongSettingsAreNamedTogether() {
    assertThatThrownBy(() -> RewardServerTest.client(URI.create("ftp://host"), "bach_size: 3"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean batch_size?");
    assertThatThrownBy(
            () ->
                Endpoints.parse(
                    "reward http",
                    List.of("ftp://h", "http://me:hush@h", "http://h?key=hush", "http:// h")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("endpoints[0] must begin with http:// or https://")
        .hasMessageContaining("endpoints[1] must be without user name, password")
        .hasMessageContaining("endpoints[2] must be")
        .hasMessageContaining("endpoints[3] is no URL")
        .hasMessageNotContaining("hush");
  }

  @Test
  void secretsAreNamedAndNeverShown() {
    assertThatThrownBy(() -> Secret.read("u", "k", Optional.of("sk-hush"), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("must be the name of an environment variable")
        .hasMessageNotContaining("hush");
    assertThatThrownBy(() -> Secret.read("u", "k", Optional.of("KEY"), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the environment variable KEY, named by k, is not set");
    assertThatThrownBy(() -> Secret.read("u", "k", Optional.of("KEY"), Map.of("KEY", "hu sh")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("visible ASCII")
        .hasMessageNotContaining("hu sh");
    Secret secret =
        Secret.read("u", "k", Optional.of("KEY"), Map.of("KEY", " hu/sh ")).orElseThrow();
    assertThat(secret).hasToString("[secret]");
    assertThat(secret.hide("a hu/sh b hu\\/sh c")).isEqualTo("a [secret] b [secret] c");
  }
}
