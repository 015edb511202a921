package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.event.JsonlSink;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.image.Resample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final Pattern PICTURE =
      Pattern.compile("<img[^>]*alt=\"([^\"]*)\" src=\"data:image/png;base64,([^\"]*)\"");

  @TempDir Path run;

  @Test
  void aFinishedRunIsShownWhole() throws IOException {
    new SyntheticRun(run, 20).write(20);
    Path file = Report.write(run);
    String html = Files.readString(file);
    assertThat(file).isEqualTo(run.resolve("report.html"));
    assertThat(html)
        .startsWith("<!doctype html>")
        .contains("<h1>toy-tempflow</h1>", "<b class=\"done\">finished</b>")
        .contains("<h3>Reward</h3>", "<h3>Evaluation score</h3>", "<h3>KL to the reference</h3>")
        .contains("<h3>Policy ratio</h3>", "<h3>Gradient norm</h3>", ">clip range</text>")
        .contains("Samples before and after")
        .contains("<dd>1,920</dd>")
        .contains("look at the samples &lt;now&gt; <small>step 10</small>")
        .doesNotContain("data-running>");
    try (var files = Files.list(run)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "metrics.jsonl", "samples", "recipe.yaml", "provenance.json", "report.html");
    }
  }

  @Test
  void nothingIsLoadedFromAnywhere() throws IOException {
    new SyntheticRun(run, 20).write(20);
    String html = Report.html(run);
    assertThat(html).doesNotContain("<link", "@import", "url(", "<script src");
    assertThat(Pattern.compile("(src|href)=\"(?!data:)").matcher(html).find()).isFalse();
    assertThat(Pattern.compile("https?://\\S+").matcher(html).results().map(MatchResult::group))
        .allMatch(url -> url.startsWith("http://www.w3.org/2000/svg"));
  }

  @Test
  void theSamePlacesOfTheFirstAndTheLastSheetStandSideBySide() throws IOException {
    new SyntheticRun(run, 20).write(20);
    List<Event.SamplesDrawn> drawn = new ArrayList<>();
    for (Stamped stamped : MetricsFile.read(run.resolve("metrics.jsonl"))) {
      if (stamped.event() instanceof Event.SamplesDrawn samples) {
        drawn.add(samples);
      }
    }
    List<MatchResult> pictures = PICTURE.matcher(Report.html(run)).results().toList();
    assertThat(pictures).hasSize(16);
    assertThat(pictures.get(6).group(1))
        .isEqualTo("a photo of a yellow square left of a orange bar, step 0");
    assertThat(pictures.get(7).group(1))
        .isEqualTo("a photo of a yellow square left of a orange bar, step 20");
    assertThat(pixels(pictures.get(6))).isEqualTo(cut(drawn.get(0), 3));
    assertThat(pixels(pictures.get(7))).isEqualTo(cut(drawn.get(drawn.size() - 1), 3));
    assertThat(pixels(pictures.get(6))).isNotEqualTo(pixels(pictures.get(7)));
  }

  private static byte[] pixels(MatchResult picture) throws IOException {
    return Png.decode(Base64.getDecoder().decode(picture.group(2))).rgb();
  }

  private byte[] cut(Event.SamplesDrawn drawn, int i) throws IOException {
    Image sheet = Png.read(run.resolve(drawn.path()));
    Event.Tile tile = drawn.tiles().get(i);
    return Resample.crop(sheet, tile.x(), tile.y(), tile.width(), tile.height()).rgb();
  }

  @Test
  void theRunningReportSaysSoAndReloads() throws IOException {
    new SyntheticRun(run, 20).write(7);
    assertThat(Report.html(run))
        .contains("<body data-running>", "in progress", "<small> / 20</small>", "35 % done");
  }

  @Test
  void settingsAreATableOfDottedKeys() throws IOException {
    new SyntheticRun(run, 20).write(1);
    assertThat(Report.html(run))
        .contains("<h3>method</h3><table><tr><th>kind</th><td>tempflow-grpo</td></tr>")
        .contains("<tr><th>lora.rank</th><td>32</td></tr>")
        .contains("<tr><th>branch_steps</th><td>0, 1, 2, 3, 4, 5, 6, 7, 8</td></tr>")
        .contains("<tr><th>2.name</th><td>sharpness</td></tr>")
        .contains("<tr><th>learning_rate</th><td>0.0003</td></tr>")
        .contains("<tr><th>engine</th><td>libtorch 2.10.0</td></tr>");
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
  void whatIsMissingIsLeftOutOrNamed() throws IOException {
    publish(
        new Event.RunStarted("bare", 5, 0),
        new Event.SamplesDrawn(0, "samples/gone.png", List.of()));
    assertThat(Report.html(run))
        .contains("<h1>bare</h1>")
        .contains("no image at " + run.resolve("samples/gone.png"))
        .doesNotContain("Recipe", "Provenance", "<svg");
    Files.writeString(run.resolve("metrics.jsonl"), "");
    assertThat(Report.html(run)).contains("Nothing has happened yet.");
    Files.delete(run.resolve("metrics.jsonl"));
    assertThatThrownBy(() -> Report.html(run))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("metrics.jsonl");
  }

  @Test
  void aBrokenRecipeIsShownAsItIs() throws IOException {
    new SyntheticRun(run, 20).write(1);
    Files.writeString(run.resolve("recipe.yaml"), "a: [1, 2\nb: }");
    assertThat(Report.html(run)).contains("<pre>a: [1, 2\nb: }</pre>");
  }

  @Test
  void pretrainingHasItsLossCurves() throws IOException {
    publish(
        new Event.StageStarted("flow", 100, 0),
        new Event.PretrainProgress("flow", 50, 100, 0.5, 1e-3, 300),
        new Event.PretrainProgress("flow", 100, 100, 0.25, 1e-3, 300),
        new Event.StageFinished("flow", 100, 0.25, 9));
    assertThat(Report.html(run))
        .contains("<h3>Pretraining loss: flow</h3>", "<dd>0.250</dd>", "step 100 of 100")
        .contains("<b class=\"done\">finished</b>");
  }

  @Test
  void timeBetweenTwoProcessesIsNotCounted() {
    Instant start = Instant.parse("2026-01-02T03:04:05Z");
    RunLog log =
        new RunLog(
            List.of(
                new Stamped(start, new Event.RunStarted("x", 9, 0)),
                new Stamped(start.plusSeconds(40), new Event.CheckpointSaved(1, "c")),
                new Stamped(start.plusSeconds(4000), new Event.RunStarted("x", 9, 1)),
                new Stamped(start.plusSeconds(4010), new Event.CheckpointSaved(2, "c"))));
    assertThat(log.seconds()).isEqualTo(50);
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
