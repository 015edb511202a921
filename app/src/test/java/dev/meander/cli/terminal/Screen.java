package dev.meander.cli.terminal;

import dev.meander.testing.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A terminal in memory. */
final class Screen {
  final ManualClock clock = new ManualClock();
  final Terminal terminal;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Screen(boolean live) {
    this(new Terminal.Style(live, false, 80));
  }

  Screen(Terminal.Style style) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    terminal = new Terminal(out, style, clock);
  }

  String raw() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What is to be seen in the end: every line after its last redrawing. */
  List<String> visible() {
    return Arrays.stream(raw().split("\n"))
        .map(line -> line.substring(line.lastIndexOf('\r') + 1).replace("\u001b[K", ""))
        .toList();
  }
}
