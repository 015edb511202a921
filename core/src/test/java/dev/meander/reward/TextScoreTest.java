package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
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
}
