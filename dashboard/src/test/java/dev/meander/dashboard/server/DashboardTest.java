package dev.meander.dashboard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.config.UserError;
import dev.meander.testing.SampleRuns;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardTest {
  private static final String TOKEN = "a-token-of-the-test";
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path dir;
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
  private Path run;
  private Dashboard dashboard;

  @BeforeEach
  void begin() throws IOException {
    Path runs = dir.resolve("runs");
    run = SampleRuns.write(runs.resolve("study/a & b"), "toy", 1, 20, 12);
    SampleRuns.trace(run, 1);
    SampleRuns.write(runs.resolve("other"), "toy", 2, 4, 4);
    dashboard = start(Optional.empty());
  }

  private Dashboard start(Optional<String> token) {
    return Dashboard.start(new Dashboard.Settings(dir.resolve("runs"), "127.0.0.1", 0, token));
  }

  @AfterEach
  void end() {
    dashboard.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://" + dashboard.address().getAuthority() + path));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    return JSON.readTree(answer.body());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void everythingThatThePageAsksForIsAnswered() throws Exception {
    JsonNode runs = json("/api/runs");
    assertThat(runs).hasSize(2);
    assertThat(runs.get(1).path("id").asText()).isEqualTo("study/a & b");
    assertThat(runs.get(0).path("state").asText()).isEqualTo("finished");

    String id = encode("study/a & b");
    JsonNode about = json("/api/run?run=" + id);
    assertThat(about.at("/settings/method.credit.type").asText()).isEqualTo("turning_point");
    assertThat(about.path("series").toString())
        .contains("images_measured.gold.look", "update_finished.kl");

    JsonNode curves =
        json("/api/curves?run=" + id + "&run=other&series=evaluation_finished.score&x=images");
    assertThat(curves.at("/study~1a & b/evaluation_finished.score/x").toString())
        .isEqualTo("[0.0,960.0]");
    assertThat(curves.path("other").path("evaluation_finished.score").path("y")).hasSize(1);

    JsonNode sheets = json("/api/sheets?run=" + id);
    assertThat(sheets).hasSize(2);
    assertThat(sheets.at("/1/tiles/1/prompt").asText()).isEqualTo("a <b>blue</b> dog");
    assertThat(sheets.at("/1/tiles/1/reward").isNull()).isTrue();

    assertThat(json("/api/traces?run=" + id).path("sheets").toString()).isEqualTo("[1]");
    assertThat(json("/api/trace?run=" + id + "&rollout=1").path("rows")).hasSize(4);
    assertThat(json("/api/spread?run=" + id)).hasSize(1);
  }

  @Test
  void picturesComeWithATagThatSparesThemNextTime() throws Exception {
    String path = "/image?run=" + encode("study/a & b") + "&file=samples/step-000010.png";
    HttpResponse<byte[]> picture =
        client.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
    assertThat(picture.body())
        .isEqualTo(Files.readAllBytes(run.resolve("samples/step-000010.png")));
    assertThat(picture.headers().firstValue("Content-Type")).hasValue("image/png");
    String tag = picture.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> again =
        client.send(
            request(path).header("If-None-Match", tag).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/image?run=other&file=../../secret.png",
        "/image?run=other&file=samples/../../../secret.png",
        "/image?run=other&file=samples%2F..%2F..%2F..%2Fsecret.png",
        "/image?run=other&file=samples/linked.png",
        "/image?run=other&file=recipe.yaml",
        "/image?run=other&file=/etc/hostname",
        "/image?run=..&file=secret.png",
        "/image?run=other/..&file=samples/step-000000.png",
        "/image?run=%2e%2e%2f&file=samples/step-000000.png",
        "/api/run?run=../outside",
        "/api/run?run=",
        "/api/trace?run=other&rollout=1",
        "/api/sheets?run=linked",
        "/web/..%2f..%2fserver%2fAccess.class",
        "/web/%2e%2e/%2e%2e/server/Access.class",
        "/web/..;/style.css",
        "/web/none.js",
        "/metrics.jsonl",
        "/other/metrics.jsonl"
      })
  void nothingElseIsReadable(String path) throws Exception {
    Path secret = Files.writeString(dir.resolve("secret.png"), "secret");
    Files.createSymbolicLink(dir.resolve("runs/other/samples/linked.png"), secret);
    Path traces = Files.createDirectories(dir.resolve("runs/other/traces"));
    Files.createSymbolicLink(traces.resolve("rollout-000001.json"), secret);
    Path outside = SampleRuns.write(dir.resolve("outside"), "outside", 1, 2, 1);
    Files.createSymbolicLink(dir.resolve("runs/linked"), outside);

    String answer = raw("GET " + path + " HTTP/1.1", "Host: localhost");

    assertThat(answer)
        .containsPattern("^HTTP/1.1 (400|404) ")
        .doesNotContain("secret.png\"", "secret\n");
    assertThat(answer).doesNotContain("\"settings\"");
  }

  /** As no client would send it, too. */
  private String raw(String... lines) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", dashboard.address().getPort())) {
      String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void onlyReadingIsPossible() throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
      HttpResponse<String> answer =
          client.send(
              request("/api/runs")
                  .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(method).isEqualTo(405);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/web/main.js", "/api/runs", "/api/run?run=none", "/nothing"})
  void everyAnswerHasAStrictPolicy(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
    assertThat(policy)
        .contains(
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "frame-ancestors 'none'")
        .doesNotContain("unsafe", "http", "*");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void thePageIsWhole() throws Exception {
    String page = get("/").body();
    assertThat(page).doesNotContain("http:", "https:", " style=", "onclick");
    for (String name : page.split("\"")) {
      if (name.startsWith("/web/")) {
        assertThat(get(name).statusCode()).as(name).isEqualTo(200);
      }
    }
    assertThat(get("/web/uplot.js").body()).contains("MIT License");
    assertThat(get("/web/main.js").headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/javascript");
  }

  @Test
  void anotherNameOfThisMachineIsRefused() throws Exception {
    assertThat(raw("GET /api/runs HTTP/1.1", "Host: evil.example")).startsWith("HTTP/1.1 403");
    assertThat(raw("GET /api/runs HTTP/1.1", "Host: localhost:1")).startsWith("HTTP/1.1 200");
  }

  @Test
  void aTokenOpensByAddressCookieOrHeader() throws Exception {
    dashboard.close();
    dashboard = start(Optional.of(TOKEN));

    for (String path :
        new String[] {"/", "/api/runs", "/api/events", "/web/main.js", "/?token=x"}) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(401);
    }
    HttpResponse<String> opened = get("/?token=" + TOKEN + "&a=b%26c");
    assertThat(opened.statusCode()).isEqualTo(302);
    assertThat(opened.headers().firstValue("Location").orElse("")).endsWith("/?a=b%26c");
    String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HttpOnly", "SameSite=Strict");
    String pair = cookie.substring(0, cookie.indexOf(';'));
    for (String[] header :
        new String[][] {{"Cookie", pair}, {"Authorization", "Bearer " + TOKEN}}) {
      HttpResponse<String> answer =
          client.send(
              request("/api/runs").header(header[0], header[1]).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
    assertThat(dashboard.address().getQuery()).isEqualTo("token=" + TOKEN);
  }

  @Test
  void othersNeedAToken() {
    assertThatThrownBy(
            () ->
                Dashboard.start(
                    new Dashboard.Settings(dir.resolve("runs"), "0.0.0.0", 0, Optional.empty())))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("token");
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    int port = dashboard.address().getPort();
    assertThatThrownBy(
            () ->
                Dashboard.start(
                    new Dashboard.Settings(
                        dir.resolve("runs"), "127.0.0.1", port, Optional.empty())))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(String.valueOf(port));
  }

  @Test
  void changesArePushedAlsoFromWithinARollout() throws Exception {
    json("/api/runs"); // the first look is over
    HttpResponse<InputStream> stream =
        client.send(
            request("/api/events").header("Accept", "text/event-stream").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(stream.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      lines.readLine(); // the page is being listened to
      SampleRuns.append(run, SampleRuns.rollout(run, 13, 1));
      assertThat(news(lines, "\"step\":13")).contains("study/a & b").doesNotContain("other");
    }
  }

  @Test
  void closingIsQuietWhilePagesComeAndGo() throws Exception {
    for (int i = 0; i < 16; i++) {
      HttpResponse<InputStream> page =
          client.send(
              request("/api/events").header("Accept", "text/event-stream").build(),
              HttpResponse.BodyHandlers.ofInputStream());
      if (i % 2 == 0) {
        page.body().close();
      }
    }
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream usual = System.err;
    System.setErr(new PrintStream(log, true));
    try {
      dashboard.close();
    } finally {
      System.setErr(usual);
    }
    assertThat(log.toString()).contains("has stopped").doesNotContain("xception");
  }

  private static String news(BufferedReader lines, String what) throws IOException {
    String line;
    do {
      line = lines.readLine();
    } while (line != null && !line.contains(what));
    return line;
  }
}
