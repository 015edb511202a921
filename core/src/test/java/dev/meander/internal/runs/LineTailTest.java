package dev.meander.internal.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineTailTest {
  @TempDir private Path dir;
  private final LineTail tail = new LineTail();
  private final List<String> lines = new ArrayList<>();
  private final List<Long> places = new ArrayList<>();
  private Path file;

  @BeforeEach
  void begin() {
    file = dir.resolve("lines");
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private void keep(long at, byte[] bytes, int from, int to) {
    places.add(at);
    lines.add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
  }

  @Test
  void everyLineComesOnceAndOnlyWhole() throws IOException {
    append("one\ntwo\nthr");
    tail.read(file, this::keep);
    assertThat(lines).containsExactly("one", "two");
    assertThat(tail.offset()).isEqualTo(8);

    append("ee\n");
    tail.read(file, this::keep);
    tail.read(file, this::keep);
    assertThat(lines).containsExactly("one", "two", "three");
    assertThat(places).containsExactly(0L, 4L, 8L);
  }

  @Test
  void linesLongerThanTheBufferAreWhole() throws IOException {
    String longest = "é".repeat(400_000);
    append("short\n" + longest + "\nend\n");
    tail.read(file, this::keep);
    assertThat(lines).containsExactly("short", longest, "end");
  }

  @Test
  void aFileThatWasCutAndHasGrownAgainDoesNotFit() throws IOException {
    append("one\ntwo\n");
    tail.read(file, this::keep);
    assertThat(tail.fits(file)).isTrue();
    append("three\n");
    assertThat(tail.fits(file)).isTrue();

    Files.writeString(file, "one\n");
    assertThat(tail.fits(file)).as("shorter").isFalse();
    Files.writeString(file, "one\nTWO\nthree\n");
    assertThat(tail.fits(file)).as("longer, but another").isFalse();
  }

  @Test
  void aStretchBeginsWithAWholeLine() throws IOException {
    append("one\ntwo\nthree\nfour\n");
    LineTail.stretch(file, 0, 9, this::keep);
    assertThat(lines).containsExactly("one", "two");
    lines.clear();
    LineTail.stretch(file, 5, 100, this::keep);
    assertThat(lines).containsExactly("three", "four");
    lines.clear();
    LineTail.stretch(file, 3, 6, this::keep);
    assertThat(lines).as("from a line's end").containsExactly("two");
  }
}
