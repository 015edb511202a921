package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TokenizerReaderTest {
  @Test
  void asksForTheLibraryThatComesWithTheJarAndPassesOnItsComplaint() {
    byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> TokenizerReader.read(new ByteArrayInputStream(json)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Model missing");
    assertThat(System.getenv().getOrDefault("RUST_FLAVOR", System.getProperty("RUST_FLAVOR")))
        .isEqualTo("cpu");
  }
}
