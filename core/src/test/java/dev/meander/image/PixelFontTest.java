package dev.meander.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PixelFontTest {
  @Test
  void everyPrintableCharacterHasItsOwnGlyph() {
    Set<String> seen = new HashSet<>();
    for (char c = ' '; c < 127; c++) {
      assertThat(seen.add(glyph(c))).as("glyph of '%s'", c).isTrue();
    }
    assertThat(glyph(' ')).doesNotContain("#");
    assertThat(glyph('T')).startsWith("#####\n..#..\n..#..\n");
    assertThat(glyph('\u00e9')).isEqualTo(glyph((char) 127)).contains("#");
  }

  @Test
  void capitalsAndDigitsStandOnTheBaseline() {
    for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".toCharArray()) {
      assertThat(glyph(c).substring(0, 6)).as("top of %s", c).contains("#");
      assertThat(glyph(c).substring(36, 42)).as("foot of %s", c).contains("#");
      assertThat(glyph(c).substring(42)).as("below %s", c).doesNotContain("#");
    }
  }

  @Test
  void wrapsAtSpacesAndCutsLongWords() {
    assertThat(PixelFont.wrap("a photo of two clocks", 8, 9))
        .containsExactly("a photo", "of two", "clocks");
    assertThat(PixelFont.wrap("abcdefgh ij", 4, 9)).containsExactly("abcd", "efgh", "ij");
    assertThat(PixelFont.wrap("four four", 4, 9)).containsExactly("four", "four");
    assertThat(PixelFont.wrap(" \n ", 4, 9)).isEmpty();
  }

  @Test
  void marksWhatDoesNotFit() {
    assertThat(PixelFont.wrap("a photo of two clocks", 8, 2))
        .containsExactly("a photo", "of two..");
    assertThat(PixelFont.wrap("abcdefgh", 4, 1)).containsExactly("ab..");
    assertThat(PixelFont.wrap("ab", 1, 1)).containsExactly(".");
  }

  @Test
  void makesTypographyPlain() {
    assertThat(PixelFont.plain("caf\u00e9 \u201cx\u201d\u00a0\u2014 it\u2019s"))
        .isEqualTo("cafe \"x\" - it's");
  }

  @Test
  void separatorsAreSpaces() {
    assertThat(PixelFont.plain("a\u001cb\u2028c")).isEqualTo("a b c");
    assertThat(PixelFont.wrap("\u0000\u001c\u0000", 1, 9)).containsExactly("\u0000", "\u0000");
  }

  @Property(tries = 200)
  void noLineIsWiderThanAskedAndNothingIsLost(
      @ForAll @StringLength(max = 60) String text,
      @ForAll @IntRange(min = 1, max = 12) int columns) {
    List<String> lines = PixelFont.wrap(text, columns, 1000);
    assertThat(lines).allMatch(line -> !line.isEmpty() && line.length() <= columns);
    assertThat(String.join("", lines).replace(" ", ""))
        .isEqualTo(PixelFont.plain(text).replace(" ", ""));
  }

  private static String glyph(char c) {
    StringBuilder rows = new StringBuilder();
    for (int y = 0; y < PixelFont.HEIGHT; y++) {
      for (int x = 0; x < 5; x++) {
        rows.append(PixelFont.ink(c, x, y) ? '#' : '.');
      }
      rows.append('\n');
    }
    return rows.toString();
  }
}
