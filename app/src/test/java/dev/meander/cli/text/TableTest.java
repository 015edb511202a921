package dev.meander.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void wordsAreAlignedLeftAndNumbersRight() {
    assertThat(new Table("task", "score").row("colors", "0.5").row("two_object", "12.25").lines())
        .containsExactly("task        score", "colors        0.5", "two_object  12.25");
  }

  @Test
  void linesHaveNoSpacesAtTheirEnds() {
    assertThat(new Table("a", "b").row("x", "").row("y", "long words").lines())
        .containsExactly("a  b", "x", "y  long words");
  }
}
