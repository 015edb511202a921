package dev.meander.internal.report;

import dev.meander.internal.runs.RunSnapshot;
import dev.meander.internal.runs.RunSummary;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The report of a run as one HTML file: held-out scores, curves, images over the training, settings
 * and provenance. It can be made at any time, also while the run goes on.
 */
public final class Report {
  /** The report's name in the folder of a run. */
  public static final String FILE = "report.html";

  private static final int MOST_POINTS = 400;
  private static final long IMAGE_BYTES = 6 << 20;
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
    page(run).write(file);
    return file;
  }

  /**
   * The page for a run's folder; what the folder lacks is left out.
   *
   * @throws dev.meander.config.UserError when the folder has no readable metrics
   */
  public static String html(Path run) {
    return page(run).html();
  }

  private static Page page(Path run) {
    String id = String.valueOf(run.toAbsolutePath().normalize().getFileName());
    RunSnapshot now = RunSnapshot.read(run, id, MOST_POINTS);
    RunSummary row = now.summary();
    String name = row.name().isEmpty() ? id : row.name();
    Sheets sheets = Sheets.of(run, now.sheets(), IMAGE_BYTES);
    return new Page("report", name + ": training report", name, status(row))
        .with("runs", List.of(row))
        .with("run", Map.of(id, now.about()))
        .with("curves", Map.of(id, now.curves()))
        .with("sheets", Map.of(id, sheets.sheets()))
        .with("images", Map.of(id, sheets.images()))
        .with("evaluation", HeldOut.of(run, now))
        .with("provenance", now.provenance());
  }

  private static String status(RunSummary row) {
    String state = row.state().name().toLowerCase(Locale.ROOT);
    if (row.state() == RunSummary.State.STARTING) {
      return state;
    }
    return "%s, rollout %,d of %,d; last sign %s"
        .formatted(
            state,
            row.step(),
            row.totalSteps(),
            MINUTE.format(Instant.ofEpochMilli(row.updated())));
  }
}
