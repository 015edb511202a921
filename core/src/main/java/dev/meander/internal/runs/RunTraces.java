package dev.meander.internal.runs;

import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The traces of the folder's runs. */
public final class RunTraces {
  private static final int MOST_SPREADS = 4000;

  private final RunsFolder folder;
  private final Map<Key, TraceSpread> spreads =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, TraceSpread> eldest) {
          return size() > MOST_SPREADS;
        }
      };

  /** A trace is read once for its spread, until it is written anew. */
  private record Key(Path file, FileTime modified) {}

  /**
   * Which rollouts have a trace, ascending.
   *
   * @param sheets those of them with images
   */
  public record Rollouts(List<Long> rollouts, List<Long> sheets) {}

  /** Reads within that folder only. */
  public RunTraces(RunsFolder folder) {
    this.folder = folder;
  }

  /** What a run has of traces and pictures. */
  public Rollouts rollouts(Path run) {
    TraceStore store = new TraceStore(run);
    List<Long> all = store.rollouts();
    return new Rollouts(all, all.stream().filter(r -> Files.exists(store.sheet(r))).toList());
  }

  /**
   * The file of one trace.
   *
   * @throws UserError when there is none
   */
  public Path file(Path run, long rollout) {
    return folder
        .inside(new TraceStore(run).file(rollout))
        .orElseThrow(() -> new UserError("there is no trace of rollout " + rollout));
  }

  /**
   * The spreads of rollouts evenly over a run's, the last among them.
   *
   * @param most how many
   */
  public List<TraceSpread> spreads(Path run, int most) {
    TraceStore store = new TraceStore(run);
    List<Long> all = store.rollouts();
    int n = Math.min(Math.max(1, most), all.size());
    List<TraceSpread> found = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      long rollout = all.get((int) ((long) (i + 1) * all.size() / n) - 1);
      if (folder.inside(store.file(rollout)).isPresent()) {
        found.add(spread(store, rollout));
      }
    }
    return found;
  }

  private TraceSpread spread(TraceStore store, long rollout) {
    try {
      Key key = new Key(store.file(rollout), Files.getLastModifiedTime(store.file(rollout)));
      synchronized (spreads) {
        if (spreads.containsKey(key)) {
          return spreads.get(key);
        }
      }
      TraceSpread spread = TraceSpread.of(store.read(rollout));
      synchronized (spreads) {
        spreads.put(key, spread);
      }
      return spread;
    } catch (IOException e) {
      throw new UserError(store.file(rollout) + " cannot be read", e);
    }
  }
}
