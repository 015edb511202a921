package dev.meander.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.weights.SafetensorsWriter.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void name() {
    file = dir.resolve("x.safetensors");
  }

  static byte[] bytes(long headerLength, String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(headerLength)
        .put(json)
        .array();
  }

  private AbstractThrowableAssert<?, ?> refused(byte[] content) throws IOException {
    Files.write(file, content);
    return assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining("x.safetensors");
  }

  private AbstractThrowableAssert<?, ?> refused(String header, int dataBytes) throws IOException {
    return refused(bytes(header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes));
  }

  private static String tensor(String name, String dtype, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, dtype, shape, offsets);
  }

  @Test
  void readsAFileByHand() throws IOException {
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},"
            + tensor("a", "F32", "[2]", "[0,8]")
            + ","
            + tensor("b", "I8", "[]", "[8,9]")
            + "}   ";
    byte[] content = bytes(header.length(), header, 9);
    ByteBuffer.wrap(content)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(8 + header.length())
        .putFloat(1.5f)
        .putFloat(-2)
        .put((byte) 7);
    Files.write(file, content);
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      assertThat(opened.metadata()).containsExactly(Map.entry("k", "v"));
      assertThat(opened.entries().keySet()).containsExactly("a", "b");
      assertThat(opened.entry("a").shape()).containsExactly(2);
      assertThat(opened.entry("b").shape()).isEmpty();
      ByteBuffer bytes = ByteBuffer.allocate(5).order(ByteOrder.LITTLE_ENDIAN);
      opened.read("a", 4, bytes.limit(4));
      opened.read("b", 0, bytes.limit(5));
      assertThat(bytes.getFloat(0)).isEqualTo(-2);
      assertThat(bytes.get(4)).isEqualTo((byte) 7);
      assertThatThrownBy(() -> opened.entry("c")).hasMessageContaining("no tensor 'c'");
    }
  }

  @Test
  void anEmptySetOfTensorsIsAFile() throws IOException {
    Files.write(file, bytes(2, "{}", 0));
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      assertThat(opened.entries()).isEmpty();
    }
  }

  @Test
  void notAFile() {
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> SafetensorsFile.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is a directory");
  }

  @Test
  void tooShortOrCutOff() throws IOException {
    refused(new byte[0]).hasMessageContaining("only 0 bytes");
    refused(new byte[7]).hasMessageContaining("only 7 bytes");
    refused(bytes(100, "{}", 0)).hasMessageContaining("cut off");
    refused("{" + tensor("a", "F32", "[4]", "[0,16]") + "}", 15)
        .hasMessageContaining("cut off")
        .hasMessageContaining("reach to byte 16, there are 15 after the header (tensor 'a')");
    String b = tensor("b", "F32", "[4]", "[16,32]");
    refused("{" + tensor("a", "F32", "[4]", "[0,16]") + "," + b + "}", 15)
        .hasMessageContaining("byte 32, there are 15 after the header (tensor 'a' and 1 more)");
  }

  @Test
  void absurdHeaderLengths() throws IOException {
    refused(bytes(-1, "{}", 0)).hasMessageContaining("18446744073709551615");
    refused(bytes(0, "{}", 0)).hasMessageContaining("0 bytes");
    refused(bytes(Long.MAX_VALUE, "{}", 0)).hasMessageContaining("allowed are");
    refused(bytes(SafetensorsFile.MAX_HEADER + 1, "{}", 0)).hasMessageContaining("allowed are");
    refused(
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
                .getBytes(StandardCharsets.UTF_8))
        .hasMessageContaining("git lfs pull");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[]", "3.", "nul", "{\"a\":", "{\"a\" 1}", "{}{}", "{} x", "\"{}\"", "{'a':1}"})
  void headersThatAreNoJsonObject(String header) throws IOException {
    refused(header, 0);
  }

  @Test
  void headersThatAreNoUtf8() throws IOException {
    byte[] content = bytes(9, "{\"?\":{}} ", 0);
    content[10] = (byte) 0xff;
    refused(content).hasMessageContaining("not valid JSON");
    refused(bytes(8, new String(new byte[] {0, '{', 0, '}'}, StandardCharsets.UTF_8) + "    ", 0));
  }

  @Test
  void deepNesting() throws IOException {
    refused("{\"a\":" + "[".repeat(100_000) + "}", 0);
  }

  @Test
  void entriesOfTheWrongForm() throws IOException {
    refused("{\"a\":3}", 0).hasMessageContaining("'a'");
    refused("{\"a\":{}}", 0)
        .hasMessageContaining("dtype is missing")
        .hasMessageContaining("shape must be a list")
        .hasMessageContaining("data_offsets must be a list");
    refused("{\"__metadata__\":{\"k\":1}}", 0).hasMessageContaining("key 'k'");
    refused("{\"__metadata__\":[]}", 0).hasMessageContaining("__metadata__");
  }

  @Test
  void wrongTypesAndShapes() throws IOException {
    refused("{" + tensor("a", "F9", "[1]", "[0,1]") + "}", 1)
        .hasMessageContaining("unsupported dtype \"F9\"");
    refused("{" + tensor("a", "f32", "[1]", "[0,4]") + "}", 4).hasMessageContaining("\"f32\"");
    refused("{" + tensor("a", "F32", "[-1]", "[0,4]") + "}", 4).hasMessageContaining("found -1");
    refused("{" + tensor("a", "F32", "[1.0]", "[0,4]") + "}", 4).hasMessageContaining("found 1.0");
    refused("{" + tensor("a", "F32", "[1e400]", "[0,4]") + "}", 4);
    refused("{" + tensor("a", "F32", "[99999999999999999999]", "[0,4]") + "}", 4)
        .hasMessageContaining("99999999999999999999");
    refused("{" + tensor("a", "F32", "[4611686018427387904,4]", "[0,4]") + "}", 4)
        .hasMessageContaining("larger than any file");
    refused("{" + tensor("a", "F32", "[2]", "[0,4]") + "}", 4)
        .hasMessageContaining("F32[2] needs 8 bytes but has 4");
    String ones = "[" + "1,".repeat(64) + "1]";
    refused("{" + tensor("a", "F32", ones, "[0,4]") + "}", 4).hasMessageContaining("65 dimensions");
  }

  @Test
  void wrongOffsets() throws IOException {
    for (String offsets : new String[] {"[4,0]", "[0,5]", "[0]", "[0,2,4]", "[]"}) {
      refused("{" + tensor("a", "F32", "[1]", offsets) + "}", 4)
          .hasMessageContaining("data_offsets");
    }
    refused("{" + tensor("a", "F32", "[1]", "[-4,0]") + "}", 4).hasMessageContaining("found -4");
    refused("{" + tensor("a", "U8", "[0]", "[9223372036854775807,9223372036854775807]") + "}", 4)
        .hasMessageContaining("9223372036854775807");
  }

  @Test
  void overlapsAndHoles() throws IOException {
    String a = tensor("a", "U8", "[4]", "[0,4]");
    refused("{" + a + "," + tensor("b", "U8", "[4]", "[3,7]") + "}", 7)
        .hasMessageContaining("'b' overlaps");
    refused("{" + a + "," + tensor("b", "U8", "[4]", "[0,4]") + "}", 4)
        .hasMessageContaining("overlaps");
    refused("{" + a + "," + tensor("b", "U8", "[4]", "[6,10]") + "}", 10)
        .hasMessageContaining("'b' leaves a hole of 2 bytes");
    refused("{" + a + "}", 5).hasMessageContaining("1 bytes at the end");
  }

  @Test
  void duplicates() throws IOException {
    String a = tensor("a", "U8", "[4]", "[0,4]");
    refused("{" + a + "," + a + "}", 4).hasMessageContaining("'a' appears twice");
    refused("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4);
  }

  @Test
  void everyProblemIsReportedAndLongListsAreCut() throws IOException {
    refused(
            "{"
                + tensor("a", "X", "[-1]", "[0,4]")
                + ","
                + tensor("b", "F32", "[9]", "[0,4]")
                + "}",
            4)
        .hasMessageContaining("'a': unsupported dtype")
        .hasMessageContaining("'a': shape")
        .hasMessageContaining("'b': F32[9]");
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i < 30; i++) {
      many.append("\"t").append(i).append("\":1,");
    }
    refused(many.append("\"last\":1}").toString(), 0).hasMessageContaining("and 11 more");
  }

  @Test
  void aFileThatShrinksWhileOpenIsAnError() throws IOException {
    SafetensorsWriter.write(file, Map.of("a", TensorData.of(new float[1000], 1000)), Map.of());
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      Files.write(file, new byte[100]);
      assertThatThrownBy(() -> opened.read("a", (at, length) -> ByteBuffer.allocate(length)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("the file ended");
    }
  }
}
