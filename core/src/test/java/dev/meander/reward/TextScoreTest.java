package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextScoreTest {
  @Test
  void theTargetIsTheFirstQuotedText() {
    assertThat(TextScore.target("a sign saying \"CAT\" and \"DOG\"")).isEqualTo("CAT");
    for (String wrong : new String[] {"a cat", "a \"cat", "a \"\"", "a \" \" b"}) {
      assertThatThrownBy(() -> TextScore.target(wrong))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("double quotes");
    }
  }

  @Test
  void scores() {
    assertThat(TextScore.score("CAT", "CAT")).isEqualTo(1);
    assertThat(TextScore.score("CAT", "c a t")).isEqualTo(1);
    assertThat(TextScore.score("CAT", "THE CATS")).isEqualTo(1);
    assertThat(TextScore.score("FISH", "FLSH")).isEqualTo(0.75);
    assertThat(TextScore.score("FISH", "FIH")).isEqualTo(0.75);
    assertThat(TextScore.score("FISH", "")).isEqualTo(0);
    assertThat(TextScore.score("CAT", "QWERTY")).isEqualTo(0);
  }

  @Test
  void levenshteinByHand() {
    assertThat(TextScore.levenshtein("kitten", "sitting")).isEqualTo(3);
    assertThat(TextScore.levenshtein("", "abc")).isEqualTo(3);
    assertThat(TextScore.levenshtein("flaw", "lawn")).isEqualTo(2);
  }

  @Property
  void levenshteinIsSymmetricAndBounded(
      @ForAll @AlphaChars @StringLength(max = 6) String a,
      @ForAll @AlphaChars @StringLength(max = 6) String b) {
    int distance = TextScore.levenshtein(a, b);
    assertThat(TextScore.levenshtein(b, a)).isEqualTo(distance);
    assertThat(distance)
        .isBetween(Math.abs(a.length() - b.length()), Math.max(a.length(), b.length()));
    assertThat(distance == 0).isEqualTo(a.equals(b));
  }
}
