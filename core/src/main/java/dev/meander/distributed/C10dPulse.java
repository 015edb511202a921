package dev.meander.distributed;

import dev.meander.tensor.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signs of life of all processes. A thread of its own writes this process's into the store and,
 * while this process waits, reads the others': a store that was lost may never answer, so nobody
 * else asks it anything.
 */
final class C10dPulse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(C10dPulse.class);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long SAY = 10 * SECOND;
  private static final int SAYINGS = 2;
  private static final int BEATS = 8;

  /**
   * What was last read of a process.
   *
   * @param beat a number that changes while it lives
   * @param exchange the number of the exchange that it is in or was in last
   * @param doing what it said last
   * @param since when the beat was first seen
   */
  private record Sign(String beat, long exchange, String doing, long since) {}

  private final Launch launch;
  private final C10dStore names;
  private final Store store;
  private final long patience;
  private final long interval;
  private final AtomicReferenceArray<Sign> signs;
  private final Thread thread;

  private volatile String doing = "starting";
  private volatile long exchange;
  private volatile boolean reads;
  private volatile boolean ends;
  private volatile long answered = System.nanoTime();
  private long started;
  private long said;

  static C10dPulse start(Launch launch, C10dStore names, int timeoutSeconds) {
    C10dPulse pulse = new C10dPulse(launch, names, timeoutSeconds);
    pulse.thread.start();
    return pulse;
  }

  private C10dPulse(Launch launch, C10dStore names, int timeoutSeconds) {
    this.launch = launch;
    this.names = names;
    this.store = names.other();
    this.patience = timeoutSeconds * SECOND;
    this.interval = Math.min(SECOND, patience / BEATS);
    this.signs = new AtomicReferenceArray<>(launch.size());
    this.thread = new Thread(this::beat, "meander-pulse");
    thread.setDaemon(true);
  }

  void doing(String what) {
    doing = what.replace('\n', ' ');
  }

  private void beat() {
    try {
      for (long beat = 0; !ends; beat++) {
        store.set("life/" + launch.rank(), String.join("\n", "" + beat, "" + exchange, doing));
        if (reads) {
          for (int r = 0; r < launch.size(); r++) {
            read(r);
          }
        }
        answered = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(interval);
      }
    } catch (InterruptedException e) {
      // The end.
    } catch (RuntimeException e) {
      LOG.debug("the store is lost: {}", Engine.firstLine(e));
    }
  }

  private void read(int rank) {
    String[] lines = store.get_to_str("life/" + rank).split("\n", -1);
    Sign last = signs.get(rank);
    if (last == null || !last.beat().equals(lines[0]) || !last.doing().equals(lines[2])) {
      signs.set(rank, new Sign(lines[0], Long.parseLong(lines[1]), lines[2], System.nanoTime()));
    }
  }

  /** An exchange begins. */
  void enter(long number) {
    exchange = number;
    started = System.nanoTime();
    said = started;
  }

  /** The exchange is over. */
  void leave() {
    reads = false;
  }

  /**
   * To be called again and again while waiting.
   *
   * @throws PeerLost when somebody has shown no sign of life for too long
   */
  void check(String what) {
    long now = System.nanoTime();
    if (now - started < interval) {
      return;
    }
    if (!reads) {
      for (int r = 0; r < launch.size(); r++) {
        signs.set(r, null);
      }
      reads = true;
    }
    if (now - Math.max(answered, started) > patience) {
      throw new PeerLost(
          "stopped waiting at %s: no answer from the processes' meeting place, which %s keeps, for %d s"
              .formatted(
                  what,
                  launch.agentStore() ? "the launcher on " + launch.host() : names.name(0),
                  TimeUnit.NANOSECONDS.toSeconds(patience)),
          null);
    }
    List<Integer> silent =
        ranks(r -> signs.get(r) != null && now - signs.get(r).since() > patience);
    if (!silent.isEmpty()) {
      throw new PeerLost(
          "stopped waiting at %s: no sign of life for %d s from %s"
              .formatted(what, TimeUnit.NANOSECONDS.toSeconds(patience), describe(silent)),
          null);
    }
    if (now - said > Math.min(SAY, patience / SAYINGS)) {
      said = now;
      List<Integer> late = ranks(r -> signs.get(r) != null && signs.get(r).exchange() < exchange);
      // The first of those that wait says it for all.
      if (!late.isEmpty() && IntStream.range(0, launch.rank()).allMatch(late::contains)) {
        LOG.warn(
            "{} s at {}: waiting for {}",
            TimeUnit.NANOSECONDS.toSeconds(now - started),
            what,
            describe(late));
      }
    }
  }

  private interface Chosen {
    boolean is(int rank);
  }

  private List<Integer> ranks(Chosen chosen) {
    return IntStream.range(0, launch.size())
        .filter(r -> r != launch.rank() && chosen.is(r))
        .boxed()
        .toList();
  }

  private String describe(List<Integer> ranks) {
    List<String> texts = new ArrayList<>();
    for (int r : ranks) {
      Sign sign = signs.get(r);
      texts.add(names.name(r) + (sign == null ? "" : " (" + sign.doing() + ")"));
    }
    return String.join("; ", texts);
  }

  /**
   * Who probably ended, after an exchange has failed, which does not tell: whose signs of life have
   * ceased, and long before others' if at different times, for those have left because of it. Takes
   * a few beats.
   */
  String suspects() {
    long begin = System.nanoTime();
    reads = true;
    C10dStore.sleep(TimeUnit.NANOSECONDS.toMillis(4 * interval));
    if (answered - begin < interval) {
      return launch.agentStore() ? "the launcher" : names.name(0);
    }
    List<Integer> dead =
        ranks(r -> signs.get(r) == null || signs.get(r).since() - begin < 3 * interval / 2);
    long first = dead.stream().mapToLong(this::lastSeen).min().orElse(begin);
    List<Integer> gone = dead.stream().filter(r -> lastSeen(r) - first < 4 * interval).toList();
    return gone.isEmpty() ? "another process" : describe(gone);
  }

  private long lastSeen(int rank) {
    Sign sign = signs.get(rank);
    return sign == null ? started : sign.since();
  }

  /** No more signs of life; the store is left in peace. */
  @Override
  public void close() {
    ends = true;
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
