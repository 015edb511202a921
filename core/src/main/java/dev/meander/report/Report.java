package dev.meander.report;

import dev.meander.event.MetricsFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The report of a run as one HTML file: numbers, charts, pictures before and after, settings.
 *
 * <p>The file stands alone: styles, pictures and the small script for hovering are part of it, and
 * nothing is loaded from anywhere. It can be made at any time, also while the run goes on.
 */
public final class Report {
  /** The report's name in the folder of a run. */
  public static final String FILE = "report.html";

  /** The metrics' name in the folder of a run. */
  public static final String METRICS = "metrics.jsonl";

  /** The resolved recipe's name in the folder of a run. */
  public static final String RECIPE = "recipe.yaml";

  /** The provenance's name in the folder of a run. */
  public static final String PROVENANCE = "provenance.json";

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Report() {}

  /**
   * Writes {@code report.html} into a run's folder, at once or not at all.
   *
   * @return the file
   * @throws dev.meander.config.UserError when the folder has no readable metrics
   */
  public static Path write(Path run) {
    Path file = run.resolve(FILE);
    Path half = run.resolve(FILE + ".part");
    try {
      Files.writeString(half, html(run));
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The page for a run's folder; what the folder lacks is left out.
   *
   * @throws dev.meander.config.UserError when the folder has no readable metrics
   */
  public static String html(Path run) {
    RunLog log = new RunLog(MetricsFile.read(run.resolve(METRICS)));
    String name = log.name.isEmpty() ? folderName(run) : log.name;
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s: training report</title>
        <style>
        %s</style>
        </head>
        <body%s>
        <header><h1>%s</h1><p>%s</p></header>
        <main>
        %s</main>
        <footer>Made by Meander. Hover over a chart or touch it to read values.</footer>
        <script>
        %s</script>
        </body>
        </html>
        """
        .formatted(
            Html.escape(name),
            resource("report.css"),
            log.finished ? "" : " data-running",
            Html.escape(name),
            status(log),
            body(run, log),
            resource("report.js"));
  }

  private static String folderName(Path run) {
    return String.valueOf(run.toAbsolutePath().normalize().getFileName());
  }

  private static String status(RunLog log) {
    if (log.last == null) {
      return "Nothing has happened yet.";
    }
    String time = MINUTE.format(log.last);
    return log.finished
        ? "<b class=\"done\">finished</b> " + time
        : "<b class=\"running\">in progress</b> last sign " + time;
  }

  private static String body(Path run, RunLog log) {
    String parts = EvaluationTable.of(log) + ChartSvg.figure(Charts.parts(log));
    return Overview.tiles(log)
        + warnings(log)
        + section("Results", "charts", figures(Charts.results(log)))
        + section("Evaluation", "parts", parts)
        + section(picturesTitle(log), "", new Pictures(run).figures(log.samples))
        + section("Health", "charts", figures(Charts.health(log)))
        + Settings.section("Recipe", run.resolve(RECIPE))
        + Settings.section("Provenance", run.resolve(PROVENANCE));
  }

  private static String figures(List<Chart> charts) {
    return charts.stream().map(ChartSvg::figure).collect(Collectors.joining());
  }

  private static String picturesTitle(RunLog log) {
    return log.samples.size() < 2 ? "Samples" : "Samples before and after";
  }

  private static String section(String title, String style, String content) {
    return content.isEmpty()
        ? ""
        : "<section><h2>%s</h2><div class=\"%s\">%s</div></section>\n"
            .formatted(Html.escape(title), style, content);
  }

  private static String warnings(RunLog log) {
    if (log.warnings.isEmpty()) {
      return "";
    }
    List<String> items =
        log.warnings.entrySet().stream()
            .map(
                warning ->
                    "<li>%s <small>step %s</small></li>"
                        .formatted(Html.escape(warning.getKey()), Html.count(warning.getValue())))
            .toList();
    return "<section class=\"warnings\"><h2>Warnings</h2><ul>%s</ul></section>\n"
        .formatted(String.join("", items));
  }

  private static String resource(String name) {
    try (InputStream in = Report.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside " + Report.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
