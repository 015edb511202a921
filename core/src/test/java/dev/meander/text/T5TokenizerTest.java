package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class T5TokenizerTest {
  private static final Path DIRECTORY =
      Fixture.of("pipe-flux-dev").directory().resolve("tokenizer_2");

  @Test
  void emptyTextIsTheEndThenPadding() {
    try (T5Tokenizer tokenizer = T5Tokenizer.load(DIRECTORY)) {
      assertThat(tokenizer.encode("", 4)).containsExactly(1, 0, 0, 0);
    }
  }

  @Test
  void longTextKeepsItsEnd() {
    try (T5Tokenizer tokenizer = T5Tokenizer.load(DIRECTORY)) {
      long[] cut = tokenizer.encode("red circle ".repeat(50), 8);
      assertThat(cut).hasSize(8).endsWith(1).doesNotContain(0);
    }
  }

  @Test
  void sentencePieceAloneMustBeConverted(@TempDir Path temp) throws IOException {
    Files.createFile(temp.resolve("spiece.model"));
    assertThatThrownBy(() -> T5Tokenizer.load(temp))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no file " + temp.resolve("tokenizer.json"))
        .hasMessageContaining("T5TokenizerFast.from_pretrained('" + temp + "')");
  }

  @Test
  void otherFilesAreRefused(@TempDir Path temp) throws IOException {
    assertThatThrownBy(() -> T5Tokenizer.load(temp))
        .isInstanceOf(UserError.class)
        .hasMessage("there is no file " + temp.resolve("tokenizer.json"));
    Files.writeString(temp.resolve("tokenizer.json"), "{\"model\": {\"type\": \"BPE\"}}");
    assertThatThrownBy(() -> T5Tokenizer.load(temp))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("<pad>")
        .hasMessageContaining("found BPE");
    Files.writeString(temp.resolve("tokenizer.json"), "{");
    assertThatThrownBy(() -> T5Tokenizer.load(temp))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be read");
  }
}
