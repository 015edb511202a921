package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.testing.Fixture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than a thousand prompts have the token ids of transformers' CLIPTokenizer and T5Tokenizer.
 */
class TokenIdsParityTest {
  private static final Path DIRECTORY = Fixture.of("tokens").directory();
  private static final int CLIP_LENGTH = 77;
  private static final int T5_LENGTH = 512;
  private static JsonNode ids;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = gunzip(DIRECTORY.resolve("ids.json.gz"))) {
      ids = new ObjectMapper().readTree(in);
    }
    assertThat(ids.get("prompts").size()).isGreaterThan(1000);
  }

  private static InputStream gunzip(Path file) throws IOException {
    return new GZIPInputStream(Files.newInputStream(file));
  }

  @Test
  void clip() {
    try (ClipTokenizer tokenizer = ClipTokenizer.load(DIRECTORY.resolve("clip"))) {
      assertThat(tokenizer.maxLength()).isEqualTo(CLIP_LENGTH);
      long pad = tokenizer.encode("", 3)[2];
      assertIds("clip", CLIP_LENGTH, pad, tokenizer::encode);
    }
  }

  @Test
  void t5(@TempDir Path temp) throws IOException {
    try (InputStream in = gunzip(DIRECTORY.resolve("t5/tokenizer.json.gz"))) {
      Files.copy(in, temp.resolve("tokenizer.json"));
    }
    try (T5Tokenizer tokenizer = T5Tokenizer.load(temp)) {
      assertIds("t5", T5_LENGTH, 0, tokenizer::encode);
    }
  }

  private static void assertIds(String key, int length, long pad, TokenIds.Encoding encoding) {
    int cut = 0;
    for (int i = 0; i < ids.get("prompts").size(); i++) {
      String prompt = ids.get("prompts").get(i).textValue();
      JsonNode row = ids.get(key).get(i);
      long[] expected = new long[length];
      for (int j = 0; j < length; j++) {
        expected[j] = j < row.size() ? row.get(j).longValue() : pad;
      }
      cut += row.size() == length ? 1 : 0;
      assertThat(encoding.ids(prompt, length)).as("%s", prompt).isEqualTo(expected);
    }
    assertThat(cut).as("prompts that were cut").isGreaterThan(5);
  }
}
