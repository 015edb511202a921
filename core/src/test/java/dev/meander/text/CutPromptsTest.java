package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CutPromptsTest {
  /** One token a letter. */
  private static final TokenLimit LETTERS =
      new TokenLimit("CLIP", 4, text -> text.chars().asLongStream().toArray());

  @Test
  void oneMessageSaysHowManyAndWhichBecameOne() {
    assertThat(CutPrompts.message(List.of(LETTERS), List.of("abcd", "a"))).isEmpty();
    assertThat(CutPrompts.message(List.of(), List.of("abcdefgh"))).isEmpty();
    assertThat(CutPrompts.message(List.of(LETTERS), List.of("abcXd", "abcYd", "ab", "abcXd")))
        .contains(
            "2 of 3 prompts are cut at 4 tokens by CLIP, for example: abcXd; what is left of"
                + " \"abcYd\" equals what is left of \"abcXd\"");
    TokenLimit longer = new TokenLimit("T5", 9, LETTERS.tokenizer());
    assertThat(CutPrompts.message(List.of(LETTERS, longer), List.of("abcXd", "abcYd")))
        .as("the other encoder tells them apart")
        .contains("2 of 2 prompts are cut at 4 tokens by CLIP, for example: abcXd");
  }
}
