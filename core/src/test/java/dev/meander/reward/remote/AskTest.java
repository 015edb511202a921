package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.meander.config.ConfigFile;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.reward.ServerAnswer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AskTest {
  /** Answers every GET with a body. */
  private static HttpServer server(String path, String body) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String address(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private static List<ServerAnswer> http(String... endpoints) {
    String list = "endpoints: [\"" + String.join("\", \"", endpoints) + "\"]";
    return Rewards.provider("http").servers(ConfigFile.parse(list, "test"));
  }

  @Test
  void theReferenceServerSaysWhatItServes() {
    Reward reward = samples -> new float[0];
    try (RewardServer server = RewardServer.start("sum", reward, RewardServer.Settings.local(0))) {
      List<ServerAnswer> answers = http(server.address().toString(), "http://127.0.0.1:1");
      assertThat(answers.get(0))
          .isEqualTo(
              new ServerAnswer(server.address().toString(), true, "it serves the reward sum"));
      assertThat(answers.get(1).ready()).isFalse();
      assertThat(answers.get(1).says()).startsWith("cannot be reached");
    }
  }

  @Test
  void othersAreNamed() throws Exception {
    HttpServer other = server("/v1/health", "{\"protocol\": \"other/2\"}");
    HttpServer loading =
        server("/v1/health", "{\"protocol\": \"meander-reward/1\", \"status\": \"loading\"}");
    HttpServer text = server("/v1/health", "hello");
    try {
      assertThat(http(address(other), address(loading), address(text)))
          .noneMatch(ServerAnswer::ready)
          .extracting(ServerAnswer::says)
          .satisfiesExactly(
              s -> assertThat(s).contains("does not speak meander-reward/1", "other/2"),
              s -> assertThat(s).contains("is not ready: its status is \"loading\""),
              s -> assertThat(s).contains("something else than JSON: hello"));
    } finally {
      List.of(other, loading, text).forEach(s -> s.stop(0));
    }
  }

  @Test
  void aJudgesModelMustBeOnTheServersList() throws Exception {
    HttpServer server =
        server("/v1/models", "{\"data\": [{\"id\": \"a\", \"permission\": [{\"id\": \"p\"}]}]}");
    try {
      assertThat(judge(server, "a").ready()).isTrue();
      assertThat(judge(server, "b"))
          .isEqualTo(new ServerAnswer(address(server) + "/v1", false, "has no model b; it has a"));
    } finally {
      server.stop(0);
    }
  }

  private static ServerAnswer judge(HttpServer server, String model) {
    String settings = "{endpoints: [\"%s/v1\"], model: %s}".formatted(address(server), model);
    return Rewards.provider("vlm_judge").servers(ConfigFile.parse(settings, "test")).get(0);
  }
}
