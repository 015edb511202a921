package dev.meander.internal.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * All runs of a folder. A thread of its own looks for what is new: first at both ends of every
 * metrics file, which fills the table at once, then at whatever lies between.
 *
 * <p>Curves are kept for the runs that somebody looks at, as many as {@value #MOST_VALUES} numbers
 * allow; the others keep a line each.
 */
public final class RunIndex implements AutoCloseable {
  private static final long MOST_VALUES = 4_000_000;
  private static final Duration SLICE = Duration.ofMillis(400);

  private final RunsFolder folder;
  private final InstantSource clock;
  private final Duration pause;
  private final Map<String, Run> runs = new ConcurrentSkipListMap<>();
  private final Map<String, RunSummary> rows = new ConcurrentSkipListMap<>();
  private final LinkedHashSet<Run> looked = new LinkedHashSet<>(); // the latest last
  private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
  private final CountDownLatch seen = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "runs");
  private volatile boolean closed;

  /**
   * What is new.
   *
   * @param runs the rows that changed or appeared
   * @param gone the runs that are there no more
   */
  public record Change(List<RunSummary> runs, List<String> gone) {}

  /**
   * Begins to watch.
   *
   * @param pause the pause between two looks
   */
  public static RunIndex watch(RunsFolder folder, InstantSource clock, Duration pause) {
    RunIndex index = new RunIndex(folder, clock, pause);
    index.thread.start();
    return index;
  }

  private RunIndex(RunsFolder folder, InstantSource clock, Duration pause) {
    this.folder = folder;
    this.clock = clock;
    this.pause = pause;
    thread.setDaemon(true);
  }

  /** The folder. */
  public RunsFolder folder() {
    return folder;
  }

  /** Tells of every change from now on, in the index's own thread. */
  public void listen(Consumer<Change> listener) {
    listeners.add(listener);
  }

  /** All runs, as far as they are known; waits a little until they were first read. */
  public List<RunSummary> runs(Duration patience) throws InterruptedException {
    seen.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    return List.copyOf(rows.values());
  }

  /**
   * The directory of a run.
   *
   * @throws UserError when the folder has no such run
   */
  public Path directory(String id) {
    return run(id).directory();
  }

  private Run run(String id) {
    Run run = runs.get(id);
    if (run == null) {
      throw new UserError("there is no run " + id);
    }
    return run;
  }

  /** Every setting of a run. */
  public RunSettings settings(String id) {
    return RunSettings.of(folder, directory(id));
  }

  /** Warnings and errors of a run. */
  public List<RunFacts.Notice> notices(String id) {
    return run(id).notices();
  }

  /** The names of a run's curves. */
  public List<String> curveNames(String id) {
    return reading(id, run -> run.curves().names());
  }

  /**
   * A curve of a run.
   *
   * @param x one of {@link RunCurves#COSTS}
   */
  public Curve curve(String id, String name, String x, int most) {
    if (!RunCurves.COSTS.contains(x)) {
      throw new UserError("x must be one of " + RunCurves.COSTS + ", found " + x);
    }
    return reading(
        id,
        run -> {
          synchronized (run) {
            return run.curves().curve(name, x, most);
          }
        });
  }

  /** The events that tell of sheets of images. */
  public List<JsonNode> sheets(String id) {
    return reading(id, Run::sheets);
  }

  /** Something that reads a run's files. */
  @FunctionalInterface
  private interface Reading<T> {
    T of(Run run) throws IOException;
  }

  private <T> T reading(String id, Reading<T> reading) {
    Run run = run(id);
    try {
      T result = reading.of(run);
      remember(run);
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets go of the curves that nobody has looked at for longest. */
  private void remember(Run run) {
    synchronized (looked) {
      looked.remove(run);
      looked.add(run);
      long values = looked.stream().mapToLong(Run::values).sum();
      var oldest = looked.iterator();
      while (values > MOST_VALUES && looked.size() > 1) {
        Run old = oldest.next();
        values -= old.values();
        old.forget();
        oldest.remove();
      }
    }
  }

  /** How many numbers of curves are in memory. */
  long values() {
    synchronized (looked) {
      return looked.stream().mapToLong(Run::values).sum();
    }
  }

  private void watch() {
    look(true);
    seen.countDown();
    while (!closed) {
      try {
        look(false);
        if (!complete()) {
          Thread.sleep(pause.toMillis());
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look(boolean briefly) {
    Map<String, Path> found = folder.runs();
    List<String> gone = runs.keySet().stream().filter(id -> !found.containsKey(id)).toList();
    gone.forEach(
        id -> {
          rows.remove(id);
          Run run = runs.remove(id);
          synchronized (looked) {
            looked.remove(run);
          }
        });
    found.forEach((id, path) -> runs.computeIfAbsent(id, i -> new Run(folder, i, path)));
    List<RunSummary> changed =
        runs.values().parallelStream()
            .flatMap(run -> row(run, r -> r.poll(clock.instant(), briefly)).stream())
            .filter(row -> !row.equals(rows.put(row.id(), row)))
            .toList();
    tell(changed, gone);
  }

  /** A run whose files cannot be read just now stays as it was. */
  private static Optional<RunSummary> row(Run run, Reading<RunSummary> reading) {
    try {
      return Optional.of(reading.of(run));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reads for a while what was only read in part; true when there is more. */
  private boolean complete() {
    List<Run> left =
        runs.values().stream()
            .filter(run -> !run.whole())
            .sorted(Comparator.comparing((Run run) -> -updated(run)))
            .toList();
    List<RunSummary> changed = new ArrayList<>();
    long end = System.nanoTime() + SLICE.toNanos();
    int done = 0;
    while (done < left.size() && System.nanoTime() < end && !closed) {
      row(left.get(done), r -> r.complete(clock.instant()))
          .ifPresent(
              row -> {
                rows.put(row.id(), row);
                changed.add(row);
              });
      done++;
    }
    tell(changed, List.of());
    return done < left.size();
  }

  private long updated(Run run) {
    RunSummary row = rows.get(folder.id(run.directory()));
    return row == null ? 0 : row.updated();
  }

  private void tell(List<RunSummary> changed, List<String> gone) {
    if (!changed.isEmpty() || !gone.isEmpty()) {
      Change change = new Change(changed, gone);
      listeners.forEach(listener -> listener.accept(change));
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
