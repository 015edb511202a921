package dev.meander.internal.report;

import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import java.nio.file.Path;
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
    Page.write(file, html(run));
    return file;
  }

  /**
   * The page for a run's folder; what the folder lacks is left out.
   *
   * @throws dev.meander.config.UserError when the folder has no readable metrics
   */
  public static String html(Path run) {
    RunLog log = new RunLog(MetricsFile.read(run.resolve(METRICS)));
    String name = log.name.isEmpty() ? folderName(run) : log.name;
    return new Page(
            name + ": training report",
            name,
            status(log),
            log.finished || log.stopped.isPresent() ? "" : " data-running",
            body(run, log),
            "Made by Meander. Hover over a chart or touch it to read values.")
        .html();
  }

  private static String folderName(Path run) {
    return String.valueOf(run.toAbsolutePath().normalize().getFileName());
  }

  private static String status(RunLog log) {
    if (log.last == null) {
      return "Nothing has happened yet.";
    }
    String time = MINUTE.format(log.last);
    if (log.stopped.isPresent()) {
      Event.RunStopped end = log.stopped.get();
      return "<b class=\"%s\">%s</b> %s after step %s: %s"
          .formatted(
              end.how() == Event.Ending.INTERRUPTED ? "running" : "failed",
              end.how().name().toLowerCase(Locale.ROOT),
              time,
              Html.count(end.step()),
              Html.escape(end.reason()));
    }
    return log.finished
        ? "<b class=\"done\">finished</b> " + time
        : "<b class=\"running\">in progress</b> last sign " + time;
  }

  private static String body(Path run, RunLog log) {
    String parts = EvaluationTable.of(log) + ChartSvg.figure(Charts.parts(log));
    return Overview.tiles(log)
        + warnings(log)
        + Page.section("Results", "charts", figures(Charts.results(log)))
        + Page.section("Evaluation", "parts", parts)
        + Page.section(picturesTitle(log), "", new Pictures(run).figures(log.samples))
        + Page.section("Health", "charts", figures(Charts.health(log)))
        + Settings.section("Recipe", run.resolve(RECIPE))
        + Settings.section("Provenance", run.resolve(PROVENANCE));
  }

  private static String figures(List<Chart> charts) {
    return charts.stream().map(ChartSvg::figure).collect(Collectors.joining());
  }

  private static String picturesTitle(RunLog log) {
    return log.samples.size() < 2 ? "Samples" : "Samples before and after";
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
}
