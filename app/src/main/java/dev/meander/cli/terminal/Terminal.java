package dev.meander.cli.terminal;

import dev.meander.event.Progress;
import java.io.BufferedReader;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.OptionalInt;

/**
 * Where people read: lines that stay, and below them, on a real terminal, one live line that is
 * redrawn.
 *
 * <p>Safe to use from several threads.
 */
public final class Terminal implements Progress.Source {
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream out;
  private final InstantSource clock;
  private volatile Style style;
  private boolean drawn;

  /** How a word stands out. */
  public enum Paint {
    BOLD("1"),
    GOOD("32"),
    WARNING("33");

    private final String code;

    Paint(String code) {
      this.code = code;
    }
  }

  /**
   * What the output can show.
   *
   * @param live whether a line can be redrawn: a terminal, not a file
   * @param unicode whether it shows block characters
   * @param width how many characters a line has
   * @param colour whether it shows colours
   */
  public record Style(boolean live, boolean unicode, int width, boolean colour) {
    /** Text without colours. */
    public Style(boolean live, boolean unicode, int width) {
      this(live, unicode, width, false);
    }

    private Style wide(int columns) {
      return new Style(live, unicode, columns, colour);
    }
  }

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
    boolean live = interactive();
    Style style =
        new Style(live, unicode, columns(live), live && colours(System.getenv("NO_COLOR")));
    return new Terminal(json ? System.err : System.out, style, InstantSource.system());
  }

  /** Whether colours are wanted, by the convention of no-color.org. */
  static boolean colours(String noColour) {
    return noColour == null || noColour.isEmpty();
  }

  /** The width of the terminal of this process; nothing where there is none. */
  public static OptionalInt knownColumns() {
    return interactive() ? asked() : OptionalInt.empty();
  }

  private static int columns(boolean live) {
    String environment = System.getenv("COLUMNS");
    return live ? asked().orElseGet(() -> width(environment)) : width(environment);
  }

  /** The terminal's own word: shells do not export COLUMNS, and it would not follow the window. */
  private static OptionalInt asked() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader out = stty.inputReader(StandardCharsets.US_ASCII)) {
        return size(out.readLine());
      }
    } catch (IOException e) {
      return OptionalInt.empty();
    }
  }

  /** Columns of an answer like {@code 24 80}; a serial line says 0. */
  static OptionalInt size(String rowsAndColumns) {
    return rowsAndColumns != null && rowsAndColumns.matches("[0-9]+ [1-9][0-9]{1,3}")
        ? OptionalInt.of(Integer.parseInt(rowsAndColumns.split(" ")[1]))
        : OptionalInt.empty();
  }

  /** From now on the live line follows the size of the window. */
  public Terminal followsSize() {
    if (style.live) {
      Signals.handle("WINCH", () -> asked().ifPresent(this::resize));
    }
    return this;
  }

  /** Draws lines for another width from now on. */
  synchronized void resize(int columns) {
    clearStatus(); // what was drawn for the other width may have wrapped
    style = style.wide(columns);
  }

  /** The text in a colour where there are any. */
  public String paint(Paint paint, String text) {
    return style.colour ? "\u001b[" + paint.code + "m" + text + "\u001b[0m" : text;
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
