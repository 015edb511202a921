package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.image.Image;
import dev.meander.toybox.Color;
import dev.meander.toybox.Painter;
import dev.meander.toybox.Rgb;
import dev.meander.toybox.Scene;
import dev.meander.toybox.Sign;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SignReaderTest {
  private static final Rgb WHITE = new Rgb(252, 252, 252);
  private static final Rgb GROUND = new Rgb(222, 222, 222);
  private static final Rgb INK = new Rgb(30, 30, 30);

  private final SignReader reader = new SignReader();

  private static Image sign(String word, double x, double y, Rgb panel) {
    return Painter.paint(
        new Scene(64, GROUND, List.of(), Optional.of(new Sign(word, x, y, panel, INK))));
  }

  @Test
  void everyLetterAtEveryPlace() {
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      for (int place = 0; place < 3; place++) {
        StringBuilder word = new StringBuilder("EEE");
        word.setCharAt(place, letter);
        assertThat(reader.read(sign(word.toString(), 31.7, 30.2, WHITE)))
            .isEqualTo(word.toString());
      }
    }
  }

  @Test
  void threeAndFourLettersOnEitherPanel() {
    for (Rgb panel : List.of(WHITE, Color.YELLOW.rgb())) {
      assertThat(reader.read(sign("MIX", 28.4, 24, panel))).isEqualTo("MIX");
      assertThat(reader.read(sign("QUIZ", 32, 40.6, panel))).isEqualTo("QUIZ");
    }
  }

  @Test
  void noWritingReadsAsNothing() {
    assertThat(reader.read(new Canvas().image())).isEmpty();
    for (Color color : Color.values()) {
      Image disc = new Canvas().draw(color.rgb(), (x, y) -> x * x + y * y < 150).image();
      assertThat(reader.read(disc)).as("%s", color).isEmpty();
    }
  }

  @Test
  void aBlankPanelReadsAsNothing() {
    Image blank = new Canvas().draw(WHITE, (x, y) -> Math.abs(y) < 11).image();
    assertThat(reader.read(blank)).isEmpty();
  }
}
