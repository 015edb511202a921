package dev.meander.cli.terminal;

import dev.meander.event.Progress;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.InstantSource;

/**
 * Where people read: lines that stay, and below them, on a real terminal, one live line that is
 * redrawn.
 *
 * <p>Safe to use from several threads.
 */
public final class Terminal implements Progress.Source {
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream out;
  private final Style style;
  private final InstantSource clock;
  private boolean drawn;

  /**
   * What the output can show.
   *
   * @param live whether a line can be redrawn: a terminal, not a file
   * @param unicode whether it shows block characters
   * @param width characters in a line
   */
  public record Style(boolean live, boolean unicode, int width) {}

  public Terminal(PrintStream out, Style style, InstantSource clock) {
    this.out = out;
    this.style = style;
    this.clock = clock;
  }

  /**
   * The terminal of this process.
   *
   * @param json whether standard output carries JSON; then everything for people goes to standard
   *     error
   */
  public static Terminal detect(boolean json) {
    String charset = System.getProperty(json ? "stderr.encoding" : "stdout.encoding");
    if (charset == null) { // before Java 19 these exist only when set, or under another name
      charset = System.getProperty("sun." + (json ? "stderr" : "stdout") + ".encoding");
    }
    boolean unicode = canShowBar(charset);
    Style style = new Style(interactive(), unicode, width(System.getenv("COLUMNS")));
    return new Terminal(json ? System.err : System.out, style, InstantSource.system());
  }

  static boolean canShowBar(String charset) {
    try {
      Charset known = charset == null ? Charset.defaultCharset() : Charset.forName(charset);
      return known.newEncoder().canEncode(Bar.FULL_UNICODE.charAt(0));
    } catch (IllegalArgumentException e) {
      return false; // a name that this Java does not know
    }
  }

  private static boolean interactive() {
    Console console = System.console();
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try { // since Java 22 there is a console even without a terminal, and a way to ask
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  static int width(String columns) {
    boolean usable = columns != null && columns.matches("[1-9][0-9]{1,3}");
    return usable ? Integer.parseInt(columns) : 80;
  }

  /** What this output can show. */
  public Style style() {
    return style;
  }

  InstantSource clock() {
    return clock;
  }

  /** Writes a line that stays. */
  public synchronized void line(String text) {
    if (drawn) {
      out.print(CLEAR);
      drawn = false;
    }
    out.println(text);
    out.flush();
  }

  /** Redraws the live line, cut to the width; nothing where none can be. */
  public synchronized void status(String text) {
    if (style.live) {
      // The last column stays free: terminals wrap when it is written.
      out.print(CLEAR + text.substring(0, Math.min(text.length(), style.width - 1)));
      out.flush();
      drawn = true;
    }
  }

  /** Removes the live line. */
  public synchronized void clearStatus() {
    if (drawn) {
      out.print(CLEAR);
      out.flush();
      drawn = false;
    }
  }

  @Override
  public Progress start(String label, long total, String unit) {
    return new TerminalProgress(this, label, total, unit);
  }
}
