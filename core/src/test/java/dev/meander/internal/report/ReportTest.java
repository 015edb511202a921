package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.event.EventJson;
import dev.meander.event.JsonlSink;
import dev.meander.event.Stamped;
import dev.meander.image.Canvas;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.reward.EvaluationScores;
import dev.meander.testing.PageData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir Path run;

  private JsonNode page() throws IOException {
    return PageData.of(Report.html(run));
  }

  /** Of one of the things that the page holds by run. */
  private JsonNode of(JsonNode page, String what) {
    return page.path(what).path(run.getFileName().toString());
  }

  @Test
  void aFinishedRunIsShownWhole() throws IOException {
    new SyntheticRun(run, 20).write(20);
    Path file = Report.write(run);
    String html = Files.readString(file);
    assertThat(file).isEqualTo(run.resolve("report.html"));
    assertThat(html).startsWith("<!doctype html>").contains("<h1>toy-tempflow</h1>");
    JsonNode page = PageData.of(html);
    assertThat(page.at("/runs/0/state").asText()).isEqualTo("finished");
    assertThat(page.at("/runs/0/images").asInt()).isEqualTo(1920);
    assertThat(of(page, "run").at("/notices/0/text").asText())
        .isEqualTo("gold score falls while the reward rises: look at the samples <now>");
    JsonNode curves = of(page, "curves");
    assertThat(curves.path("rollout_finished.reward_mean").path("y")).hasSize(20);
    assertThat(curves.path("update_finished.kl").path("rollouts").get(19).asInt()).isEqualTo(20);
    assertThat(curves.path("update_finished.kl").path("images").get(19).asInt()).isEqualTo(1920);
    assertThat(of(page, "sheets")).hasSize(11);
    try (var files = Files.list(run)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "metrics.jsonl", "samples", "recipe.yaml", "provenance.json", "report.html");
    }
  }

  @Test
  void nothingIsLoadedFromAnywhere() throws Exception {
    new SyntheticRun(run, 20).write(20);
    String html = Report.html(run);
    assertThat(html).doesNotContain("<link", "@import", "url(", "<script src", "\nimport ");
    assertThat(Pattern.compile("(src|href)=\"(?!data:)").matcher(html).find()).isFalse();
    assertThat(Pattern.compile("https?://\\S+").matcher(html).results().map(MatchResult::group))
        .allMatch(url -> url.startsWith("https://github.com/leeoniya/uPlot"));
    String script = html.substring(html.lastIndexOf("<script>") + 8, html.lastIndexOf("</script>"));
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
    assertThat(html)
        .contains(
            "default-src 'none'; script-src 'sha256-%s'"
                .formatted(Base64.getEncoder().encodeToString(digest)));
  }

  @Test
  void everySheetIsThereAsItIsWhileTheyAreSmall() throws IOException {
    new SyntheticRun(run, 20).write(20);
    JsonNode page = page();
    for (JsonNode sheet : of(page, "sheets")) {
      String file = sheet.path("path").asText();
      assertThat(decoded(of(page, "images").path(file)))
          .isEqualTo(Files.readAllBytes(run.resolve(file)));
    }
    assertThat(of(page, "sheets").at("/10/tiles/3/prompt").asText())
        .isEqualTo("a photo of a yellow square left of a orange bar");
  }

  private static byte[] decoded(JsonNode address) {
    return Base64.getDecoder()
        .decode(address.asText().substring("data:image/png;base64,".length()));
  }

  @Test
  void ofManyOrLargeSheetsSomeAreKeptAndMadeSmaller() throws IOException {
    List<JsonNode> drawn = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      Canvas canvas = new Canvas(1400, 702, 0);
      canvas.fill(702, 2, 700, 700, 0xff0000);
      Png.write(run.resolve(i + ".png"), canvas.toImage());
      drawn.add(
          new ObjectMapper()
              .readTree(
                  "{\"step\":%d,\"path\":\"%d.png\",\"tiles\":[{\"prompt\":\"p\",\"x\":702,\"y\":3,\"width\":699,\"height\":699}]}"
                      .formatted(i, i)));
    }
    long each = Files.size(run.resolve("0.png")) / 9;
    Sheets sheets = Sheets.of(run, drawn, 3 * each);

    assertThat(sheets.images()).containsOnlyKeys("0.png", "4.png", "8.png");
    assertThat(sheets.sheets().get(1).at("/tiles/0"))
        .hasToString("{\"prompt\":\"p\",\"x\":234,\"y\":1,\"width\":233,\"height\":233}");
    String png = sheets.images().get("4.png").substring("data:image/png;base64,".length());
    Image small = Png.decode(Base64.getDecoder().decode(png));
    assertThat(small.width()).isEqualTo(466);
    assertThat(small.at(234, 5, 0)).isEqualTo(255);
    assertThat(small.at(232, 5, 0)).isZero();
  }

  @Test
  void aRunThatGoesOnIsSaidTo() throws IOException {
    new SyntheticRun(run, 20).write(7);
    JsonNode page = page();
    assertThat(page.at("/runs/0/state").asText()).isEqualTo("running");
    assertThat(page.path("status").asText())
        .startsWith("running, rollout 7 of 20; last sign 2026-");
  }

  @Test
  void settingsHaveTheKeysThatCanBeSet() throws IOException {
    new SyntheticRun(run, 20).write(1);
    JsonNode page = page();
    JsonNode settings = of(page, "run").path("settings");
    assertThat(settings.path("method.kind").asText()).isEqualTo("tempflow-grpo");
    assertThat(settings.path("model.lora.rank").asText()).isEqualTo("32");
    assertThat(settings.path("rewards[1].name").asText()).isEqualTo("sharpness");
    assertThat(page.path("provenance").path("engine").asText()).isEqualTo("libtorch 2.10.0");
    assertThat(page.path("provenance").path("base_model.sha256").asText()).startsWith("9f86d0");
  }

  @Test
  void textOfTheRunCannotBecomeMarkup() throws IOException {
    String evil = "<script>alert(1)</script>";
    Files.writeString(run.resolve("recipe.yaml"), "'" + evil + "': '" + evil + "'\n");
    publish(
        new Event.RunStarted(evil, 1, 0),
        new Event.RolloutFinished(1, 1, 1, 0, Map.of(evil, 1.0, "b", 2.0), 0, 1, 1, 1, 0),
        new Event.EvaluationFinished(0, 0.5, Map.of(evil, 1.0), 1, 1),
        new Event.EvaluationFinished(1, 0.5, Map.of(evil, 1.0), 1, 1),
        new Event.SamplesDrawn(1, evil, List.of()),
        new Event.Message(1, Event.Level.ERROR, evil));
    assertThat(Report.html(run))
        .contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>")
        .doesNotContain(evil)
        .doesNotContain("alert(1)</script>");
  }

  @Test
  void whatIsMissingIsLeftOut() throws IOException {
    publish(
        new Event.RunStarted("bare", 5, 0),
        new Event.SamplesDrawn(0, "samples/gone.png", List.of()),
        new Event.SamplesDrawn(0, "../../elsewhere.png", List.of()));
    JsonNode page = page();
    assertThat(of(page, "sheets")).hasSize(2);
    assertThat(of(page, "images")).isEmpty();
    assertThat(of(page, "run").path("settings")).isEmpty();
    assertThat(page.path("provenance")).isEmpty();
    Files.writeString(run.resolve("metrics.jsonl"), "");
    assertThat(page().at("/runs/0/state").asText()).isEqualTo("starting");
    Files.delete(run.resolve("metrics.jsonl"));
    assertThatThrownBy(() -> Report.html(run))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("metrics.jsonl");
  }

  @Test
  void everyStageOfPretrainingHasItsLossCurve() throws IOException {
    publish(
        new Event.StageStarted("vae", 100, 0),
        new Event.PretrainProgress("vae", 100, 100, 0.75, 1e-3, 300),
        new Event.StageFinished("vae", 100, 0.25, 9),
        new Event.StageStarted("flow", 100, 0),
        new Event.PretrainProgress("flow", 50, 100, 0.5, 1e-3, 300),
        new Event.PretrainProgress("flow", 100, 100, 0.25, 1e-3, 300),
        new Event.StageFinished("flow", 100, 0.25, 9));
    JsonNode page = page();
    assertThat(of(page, "curves").path("pretrain_progress:flow.loss").path("y"))
        .hasToString("[0.5,0.25]");
    assertThat(of(page, "curves").path("pretrain_progress:vae.loss").path("y"))
        .hasToString("[0.75]");
    assertThat(page.at("/runs/0/state").asText()).isEqualTo("finished");
  }

  @Test
  void timeBetweenTwoProcessesIsNotCounted() throws IOException {
    Instant start = Instant.parse("2026-01-02T03:04:05Z");
    List<Stamped> events =
        List.of(
            new Stamped(start, new Event.RunStarted("x", 9, 0)),
            new Stamped(start.plusSeconds(40), new Event.CheckpointSaved(1, "c")),
            new Stamped(start.plusSeconds(4000), new Event.RunStarted("x", 9, 1)),
            new Stamped(start.plusSeconds(4010), new Event.CheckpointSaved(2, "c")));
    Files.write(run.resolve("metrics.jsonl"), events.stream().map(EventJson::write).toList());
    assertThat(page().at("/runs/0/seconds").asDouble()).isEqualTo(50);
  }

  @Test
  void changesOfTheScoreArePairedByPrompt() throws IOException {
    List<String> tags = List.of("counting", "counting", "colors", "colors");
    List<String> prompts = List.of("p", "q", "r", "s");
    double[][] scores = {{0, 0.5, 0.25, 0.75}, {0.25, 0.75, 0.5, 0.75}};
    Event[] events = new Event[3];
    events[0] = new Event.RunStarted("x", 9, 0);
    for (int i = 0; i < 2; i++) {
      new EvaluationScores(prompts, tags, 1, scores[i]).write(run, 5 * i);
      double counting = (scores[i][0] + scores[i][1]) / 2;
      double colors = (scores[i][2] + scores[i][3]) / 2;
      events[i + 1] =
          new Event.EvaluationFinished(
              5 * i, (counting + colors) / 2, Map.of("counting", counting, "colors", colors), 4, 1);
    }
    publish(events);

    JsonNode evaluation = page().path("evaluation");
    assertThat(evaluation.path("steps")).hasToString("[0,5,5]");
    assertThat(evaluation.path("images").asInt()).isEqualTo(4);
    JsonNode counting = part(evaluation, "counting");
    assertThat(counting.path("values")).hasToString("[0.25,0.5,0.5]");
    // Both prompts are better by 0.25: nothing is left of their scatter.
    assertThat(counting.path("change").path("low").asDouble()).isEqualTo(0.25);
    assertThat(counting.path("change").path("n").asInt()).isEqualTo(2);
    // Differences 0.25 and 0: t(0.975, 1) = 12.706, standard error 0.125.
    double half = 12.706 * 0.125;
    JsonNode colors = part(evaluation, "colors").path("change");
    assertThat(colors.path("low").asDouble()).isCloseTo(0.125 - half, within(1e-9));
    // The mean over the tasks has half of it, and no more degrees of freedom.
    JsonNode score = part(evaluation, "score").path("change");
    assertThat(score.path("low").asDouble()).isCloseTo(0.1875 - half / 2, within(1e-9));
    assertThat(score.path("high").asDouble()).isCloseTo(0.1875 + half / 2, within(1e-9));
    assertThat(score.path("n").asInt()).isEqualTo(4);
    assertThat(evaluation.at("/changes/1/change")).isEqualTo(score);
    assertThat(evaluation.at("/changes/1/value").asDouble()).isCloseTo(0.1875, within(1e-6));
  }

  private static JsonNode part(JsonNode evaluation, String name) {
    for (JsonNode part : evaluation.path("parts")) {
      if (part.path("name").asText().equals(name)) {
        return part;
      }
    }
    throw new AssertionError("no part " + name);
  }

  private void publish(Event... events) {
    JsonlSink metrics = JsonlSink.create(run.resolve("metrics.jsonl"));
    try (EventBus bus = new EventBus(InstantSource.system(), List.of(metrics))) {
      for (Event event : events) {
        bus.publish(event);
      }
    }
  }
}
