package dev.meander.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** Terminal, bar and progress. */
class TerminalTest {
  private final Screen live = new Screen(true);
  private final Screen plain = new Screen(false);

  @Test
  void aLineTakesTheLiveLinesPlace() {
    live.terminal.status("half");
    live.terminal.line("whole");
    live.terminal.status("next");
    live.terminal.clearStatus();
    live.terminal.clearStatus();
    assertThat(live.raw()).isEqualTo("\r\u001b[Khalf\r\u001b[Kwhole\n\r\u001b[Knext\r\u001b[K");
  }

  @Test
  void theLiveLineNeverFillsTheLastColumn() {
    live.terminal.status("x".repeat(200));
    assertThat(live.visible()).containsExactly("x".repeat(79));
  }

  @Test
  void whereNothingCanBeRedrawnThereAreNoControlCharacters() {
    plain.terminal.status("half");
    plain.terminal.clearStatus();
    plain.terminal.line("whole");
    assertThat(plain.raw()).isEqualTo("whole\n");
  }

  @Test
  void theBarShowsAsManyPartsAsFit() {
    Terminal.Style style = new Terminal.Style(true, false, 60);
    assertThat(Bar.line("step 3/12", 0.25, List.of("reward 0.6", "", "5s left"), style))
        .isEqualTo("step 3/12 =====..................  25%  reward 0.6  5s left");
  }

  @Property(tries = 300)
  void theBarFitsItsLine(
      @ForAll @StringLength(max = 20) String label,
      @ForAll double fraction,
      @ForAll @IntRange(min = 40, max = 120) int width,
      @ForAll List<@StringLength(max = 30) String> parts) {
    Terminal.Style style = new Terminal.Style(true, true, width);
    assertThat(Bar.line(label, fraction, parts, style).length()).isLessThan(width);
  }

  @Test
  void shortWorkShowsNothing() {
    for (Screen screen : List.of(live, plain)) {
      try (Progress progress = screen.terminal.start("Drawing data", 10, "images")) {
        screen.clock.pass(1.9);
        progress.advance(10);
      }
      assertThat(screen.raw()).isEmpty();
    }
  }

  @Test
  void longWorkShowsABarThenALine() {
    try (Progress progress = live.terminal.start("Drawing data", 5000, "images")) {
      live.clock.pass(2);
      progress.advance(1000);
      progress.advance(1); // within the same tenth of a second: not redrawn
      assertThat(live.visible())
          .containsExactly(
              "Drawing data ===.............  20%  1,000/5,000 images  8.0s left  500 images/s");
      live.clock.pass(8);
      progress.advance(3999);
    }
    assertThat(live.visible()).containsExactly("Drawing data: 5,000 images in 10s");
  }

  @Test
  void inAFileLongWorkWritesALineNowAndThen() {
    try (Progress progress = plain.terminal.start("Evaluating 500 prompts", 500, "images")) {
      for (int i = 0; i < 250; i++) {
        plain.clock.pass(0.2);
        progress.advance(1);
      }
    }
    assertThat(plain.visible())
        .containsExactly(
            "Evaluating 500 prompts: 10/500 images, 5.0 images/s, 1m38s left",
            "Evaluating 500 prompts: 160/500 images, 5.0 images/s, 1m08s left",
            "Evaluating 500 prompts: stopped at 250/500 images after 50s");
  }

  @Test
  void whatIsLeftFollowsThePaceOfLate() {
    Progress progress = live.terminal.start("Decoding", 1000, "images");
    for (int i = 0; i < 100; i++) {
      live.clock.pass(10); // slow at first
      progress.advance(1);
    }
    assertThat(live.visible()).last().asString().contains("100/1,000 images  2h30m left");
    for (int i = 0; i < 400; i++) {
      live.clock.pass(0.1);
      progress.advance(1);
    }
    assertThat(live.visible())
        .last()
        .asString()
        .endsWith("500/1,000 images  50s left  10 images/s");
  }

  @Test
  void workOfUnknownLengthIsCounted() {
    try (Progress progress = live.terminal.start("Reading", 0, "files")) {
      live.clock.pass(4);
      progress.advance(1);
      assertThat(live.visible()).containsExactly("Reading  1 files  4.0s/file");
    }
    assertThat(live.visible()).containsExactly("Reading: 1 files in 4.0s");
  }

  @Test
  void silentProgressWritesNothing() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    PrintStream caught = new PrintStream(written, true);
    System.setOut(caught);
    System.setErr(caught);
    try (Progress progress = Progress.Source.SILENT.start("Drawing data", 10, "images")) {
      progress.advance(10);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertThat(written.toString()).isEmpty();
  }

  @Test
  void theWidthComesFromTheEnvironmentWhereItIsSensible() {
    assertThat(Terminal.width("132")).isEqualTo(132);
    assertThat(Terminal.width(null)).isEqualTo(80);
    assertThat(Terminal.width("wide")).isEqualTo(80);
    assertThat(Terminal.width("0")).isEqualTo(80);
  }

  @Test
  void theTerminalsOwnWidthIsItsSecondNumber() {
    assertThat(Terminal.size("24 132")).hasValue(132);
    assertThat(Terminal.size("0 0")).isEmpty();
    assertThat(Terminal.size("stty: not a terminal")).isEmpty();
    assertThat(Terminal.size(null)).isEmpty();
  }

  @Test
  void afterAResizeLinesHaveTheNewWidth() {
    live.terminal.status("x".repeat(200));
    live.terminal.resize(40);
    live.terminal.status("x".repeat(200));
    assertThat(live.visible()).containsExactly("x".repeat(39));
    assertThat(live.raw()).contains("\r\u001b[K\r\u001b[K");
  }

  @Test
  void coloursFollowTheConvention() {
    assertThat(Terminal.colours(null)).isTrue();
    assertThat(Terminal.colours("")).isTrue();
    assertThat(Terminal.colours("1")).isFalse();
    assertThat(live.terminal.paint(Terminal.Paint.BOLD, "x")).isEqualTo("x");
  }

  @Test
  void blockCharactersNeedACharsetThatHasThem() {
    assertThat(Terminal.canShowBar("UTF-8")).isTrue();
    assertThat(Terminal.canShowBar("ISO-8859-1")).isFalse();
    assertThat(Terminal.canShowBar("no such charset")).isFalse();
  }
}
