package dev.meander.cli.terminal;

import dev.meander.event.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Progress on a terminal: a bar that appears after two seconds, or a line now and then where
 * nothing can be redrawn.
 */
final class TerminalProgress implements Progress {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final Duration PLAIN_LINE = Duration.ofSeconds(30);

  /** The time that rates and what is left are measured over: the pace of work changes. */
  private static final Duration RECENT = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final String label;
  private final long total;
  private final String unit;
  private final Instant start;
  private final NavigableMap<Instant, Long> marks = new TreeMap<>(); // what was done by when
  private Instant next;
  private long done;
  private boolean closed;

  TerminalProgress(Terminal terminal, String label, long total, String unit) {
    this.terminal = terminal;
    this.label = label;
    this.total = total;
    this.unit = unit;
    this.start = terminal.clock().instant();
    this.next = start.plus(PATIENCE);
    this.marks.put(start, 0L);
  }

  @Override
  public synchronized void advance(long n) {
    done += n;
    Instant now = terminal.clock().instant();
    if (closed || now.isBefore(next)) {
      return;
    }
    double pace = pace(now);
    if (terminal.style().live()) {
      next = now.plus(REDRAW);
      terminal.status(liveLine(pace));
    } else {
      next = now.plus(PLAIN_LINE);
      terminal.line(plainLine(pace));
    }
  }

  /** How many are done in a second. */
  private double pace(Instant now) {
    Map.Entry<Instant, Long> from = marks.floorEntry(now.minus(RECENT));
    if (from == null) {
      from = marks.firstEntry();
    }
    marks.headMap(from.getKey()).clear();
    marks.put(now, done);
    return (done - from.getValue()) / seconds(from.getKey(), now);
  }

  private String liveLine(double pace) {
    if (total <= 0) {
      return label + "  " + String.join("  ", counted(), rate(pace));
    }
    return Bar.line(
        label, (double) done / total, List.of(counted(), left(pace), rate(pace)), terminal.style());
  }

  private String plainLine(double pace) {
    List<String> parts = List.of(counted(), rate(pace), total <= 0 ? "" : left(pace));
    return label + ": " + String.join(", ", parts.stream().filter(p -> !p.isEmpty()).toList());
  }

  private String counted() {
    return Human.count(done) + (total > 0 ? "/" + Human.count(total) : "") + " " + unit;
  }

  private String rate(double pace) {
    String one = unit.replaceAll("(?<=ss)es$|s$", "");
    return Human.rate(pace, unit, one);
  }

  private String left(double pace) {
    return pace > 0 ? Human.duration((total - done) / pace) + " left" : "";
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    terminal.clearStatus();
    double seconds = seconds(start, terminal.clock().instant());
    if (seconds >= PATIENCE.toSeconds()) {
      String end =
          total > 0 && done < total ? "stopped at " + counted() + " after " : counted(done);
      terminal.line(label + ": " + end + Human.duration(seconds));
    }
  }

  private String counted(long all) {
    return Human.count(all) + " " + unit + " in ";
  }
}
