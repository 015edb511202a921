package dev.meander.cli.terminal;

import dev.meander.event.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Progress on a terminal: a bar that appears after two seconds, or a line now and then where
 * nothing can be redrawn.
 */
final class TerminalProgress implements Progress {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final Duration PLAIN_LINE = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final String label;
  private final long total;
  private final String unit;
  private final Instant start;
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
  }

  @Override
  public synchronized void advance(long n) {
    done += n;
    Instant now = terminal.clock().instant();
    if (closed || now.isBefore(next)) {
      return;
    }
    double seconds = seconds(now);
    if (terminal.style().live()) {
      next = now.plus(REDRAW);
      terminal.status(liveLine(seconds));
    } else {
      next = now.plus(PLAIN_LINE);
      terminal.line(plainLine(seconds));
    }
  }

  private String liveLine(double seconds) {
    if (total <= 0) {
      return label + "  " + String.join("  ", counted(), rate(seconds));
    }
    return Bar.line(
        label,
        (double) done / total,
        List.of(counted(), left(seconds), rate(seconds)),
        terminal.style());
  }

  private String plainLine(double seconds) {
    List<String> parts = List.of(counted(), rate(seconds), total <= 0 ? "" : left(seconds));
    return label + ": " + String.join(", ", parts.stream().filter(p -> !p.isEmpty()).toList());
  }

  private String counted() {
    return Human.count(done) + (total > 0 ? "/" + Human.count(total) : "") + " " + unit;
  }

  private String rate(double seconds) {
    String one = unit.replaceAll("(?<=ss)es$|s$", "");
    return Human.rate(done / seconds, unit, one);
  }

  private String left(double seconds) {
    return done == 0 ? "" : Human.duration(seconds * (total - done) / done) + " left";
  }

  private double seconds(Instant now) {
    return Duration.between(start, now).toMillis() / 1000.0;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    terminal.clearStatus();
    double seconds = seconds(terminal.clock().instant());
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
