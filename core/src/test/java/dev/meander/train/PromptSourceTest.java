package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import org.junit.jupiter.api.Test;

class PromptSourceTest {
  @Test
  void aSetThatNobodyHasIsNamedWithTheArtifactThatHasIt() {
    assertThatThrownBy(() -> PromptSource.load("toybox:train"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no prompt set toybox:train")
        .hasMessageContaining("dev.meander:meander-toybox");
    assertThatThrownBy(() -> PromptSource.load("C:/none.txt"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none.txt");
  }
}
