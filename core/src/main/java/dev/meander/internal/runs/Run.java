package dev.meander.internal.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.event.ProgressFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One run, as far as it has been read. */
final class Run {
  /** Longer metrics are looked at from both ends first. */
  private static final int SHORT = 1 << 18;

  private static final int HEAD = 1 << 12;
  private static final int TAIL = 1 << 16;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int STEPS_OF_PATIENCE = 3;
  private static final String KIND = "{\"type\":\"";
  private static final String SCORED = "evaluation_finished";
  private static final String UPDATED = "update_finished";
  private static final Set<String> SHOWN =
      Set.of(
          "run_started",
          "stage_started",
          "rollout_finished",
          SCORED,
          UPDATED,
          "pretrain_progress",
          "message",
          "run_stopped",
          "run_finished",
          "stage_finished");

  private static final JsonMapper JSON = new JsonMapper();

  private final RunsFolder folder;
  private final String id;
  private final Path directory;
  private final LineTail tail = new LineTail();
  private RunFacts facts = new RunFacts();
  private RunCurves curves;
  private boolean whole;
  private Stamp metricsStamp = Stamp.NONE;
  private Stamp recipeStamp = Stamp.NONE;
  private Stamp doingStamp = Stamp.NONE;
  private RunSettings.About about = RunSettings.NONE.about();
  private RunSummary.Doing doing;

  /** Tells whether a file changed. */
  private record Stamp(long size, Instant modified) {
    static final Stamp NONE = new Stamp(-1, Instant.EPOCH);
  }

  Run(RunsFolder folder, String id, Path directory) {
    this.folder = folder;
    this.id = id;
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  /**
   * Looks for what is new.
   *
   * @param briefly whether to leave out the recipe, which takes longer to read than the ends of the
   *     metrics
   */
  synchronized RunSummary poll(Instant now, boolean briefly) throws IOException {
    Stamp recipe = stamp(directory.resolve(RunsFolder.RECIPE));
    if (!briefly && !recipe.equals(recipeStamp)) {
      recipeStamp = recipe;
      about = RunSettings.of(folder, directory).about();
    }
    Stamp work = stamp(directory.resolve(ProgressFile.NAME));
    if (!work.equals(doingStamp)) {
      doingStamp = work;
      doing = Doing.read(folder, directory).orElse(null);
    }
    Stamp metrics = stamp(directory.resolve(RunsFolder.METRICS));
    if (!metrics.equals(metricsStamp)) {
      metricsStamp = metrics;
      Optional<Path> file = metrics();
      if (file.isEmpty()) {
        restart();
      } else if (whole || metrics.size() <= SHORT) {
        readOn(file.get());
      } else {
        glance(file.get(), metrics.size());
      }
    }
    return summary(now);
  }

  private static Stamp stamp(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(found.size(), found.lastModifiedTime().toInstant());
    } catch (IOException e) {
      return Stamp.NONE;
    }
  }

  private Optional<Path> metrics() {
    return folder.inside(directory.resolve(RunsFolder.METRICS));
  }

  private void restart() {
    tail.restart();
    facts = new RunFacts();
    curves = curves == null ? null : new RunCurves();
    whole = false;
  }

  private void readOn(Path file) throws IOException {
    if (!tail.fits(file)) {
      restart();
    }
    if (tail.offset() == 0) {
      facts = new RunFacts();
    }
    tail.read(
        file,
        (at, bytes, from, to) -> {
          JsonNode event = parse(bytes, from, to);
          facts.accept(event);
          if (curves != null) {
            curves.accept(event, facts, at, to - from);
          }
        });
    whole = true;
  }

  /** The first lines, and the last of each kind that the table shows. */
  private void glance(Path file, long size) throws IOException {
    RunFacts seen = new RunFacts();
    LineTail.stretch(
        file,
        0,
        HEAD,
        (at, bytes, from, to) -> {
          if (SHOWN.contains(kind(bytes, from, to))) {
            seen.accept(parse(bytes, from, to));
          }
        });
    Set<String> missing = new HashSet<>(SHOWN);
    Deque<JsonNode> last = new ArrayDeque<>();
    LineTail.backwards(
        file,
        Math.max(0, size - TAIL),
        (at, bytes, from, to) -> {
          if (missing.remove(kind(bytes, from, to))) {
            last.addFirst(parse(bytes, from, to));
          }
          return missing.contains(SCORED) || missing.contains(UPDATED);
        });
    last.forEach(seen::accept);
    facts = seen;
  }

  /** What kind of event a line tells of, which every line of ours begins with. */
  private static String kind(byte[] bytes, int from, int to) {
    int end = from + KIND.length();
    while (end < to && bytes[end] != '"') {
      end++;
    }
    return new String(
        bytes,
        Math.min(to, from + KIND.length()),
        Math.max(0, end - from - KIND.length()),
        StandardCharsets.ISO_8859_1);
  }

  /** A line of another program is passed over. */
  private static JsonNode parse(byte[] bytes, int from, int to) {
    try {
      return JSON.readTree(bytes, from, to - from);
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }

  synchronized boolean whole() {
    return whole || metricsStamp.equals(Stamp.NONE);
  }

  /** Reads what was only read in part. */
  synchronized RunSummary complete(Instant now) throws IOException {
    Optional<Path> file = metrics();
    if (file.isPresent()) {
      readOn(file.get());
    }
    return summary(now);
  }

  /** All curves, which are then kept up to date until {@link #forget}. */
  synchronized RunCurves curves() throws IOException {
    if (curves == null) {
      curves = new RunCurves();
      tail.restart();
      Optional<Path> file = metrics();
      if (file.isPresent()) {
        readOn(file.get());
      }
    }
    return curves;
  }

  synchronized void forget() {
    curves = null;
  }

  synchronized long values() {
    return curves == null ? 0 : curves.values();
  }

  synchronized List<RunFacts.Notice> notices() {
    return facts.notices();
  }

  /** The lines of the metrics that tell of sheets of images. */
  synchronized List<JsonNode> sheets() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    Optional<Path> file = metrics();
    for (RunCurves.Sheet sheet : curves().sheets()) {
      if (file.isPresent()) {
        LineTail.stretch(
            file.get(),
            sheet.at() == 0 ? 0 : sheet.at() - 1,
            sheet.length() + 2,
            (at, bytes, from, to) -> lines.add(parse(bytes, from, to)));
      }
    }
    return lines;
  }

  private RunSummary summary(Instant now) {
    Instant sign = facts.last == null ? recipeStamp.modified() : facts.last;
    if (doingStamp.modified().isAfter(sign)) {
      sign = doingStamp.modified();
    }
    RunSummary.State state = state(sign, now);
    return new RunSummary(
        id,
        about.name().isEmpty() ? facts.name : about.name(),
        about.method(),
        about.seed(),
        about.group(),
        about.evaluation(),
        state,
        facts.step,
        facts.totalSteps,
        known(facts.first),
        known(facts.score),
        known(facts.best),
        facts.bestStep,
        facts.judged,
        known(facts.reward),
        whole ? facts.images : null,
        whole ? facts.evaluations : null,
        whole || facts.finished ? facts.seconds() : null,
        count("warning"),
        count("error"),
        sign.toEpochMilli(),
        whole,
        state == RunSummary.State.RUNNING ? doing : null);
  }

  private RunSummary.State state(Instant sign, Instant now) {
    if (facts.finished) {
      return RunSummary.State.FINISHED;
    }
    if (facts.failed) {
      return RunSummary.State.FAILED;
    }
    if (facts.stopped) {
      return RunSummary.State.STOPPED;
    }
    Duration step = Duration.ofMillis((long) (1e3 * facts.seconds() / Math.max(1, facts.step)));
    Duration patience = step.multipliedBy(STEPS_OF_PATIENCE);
    if (sign.plus(patience.compareTo(PATIENCE) > 0 ? patience : PATIENCE).isBefore(now)) {
      return RunSummary.State.SILENT;
    }
    return facts.last == null ? RunSummary.State.STARTING : RunSummary.State.RUNNING;
  }

  private long count(String level) {
    return facts.notices().stream().filter(n -> n.level().equals(level)).count();
  }

  private static Double known(double number) {
    return Double.isFinite(number) ? number : null;
  }
}
