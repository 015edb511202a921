package dev.meander.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.weights.SafetensorsWriter.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir Path dir;

  private static final TensorData ONE = TensorData.of(new float[] {1}, 1);
  private static final TensorData BYTES =
      TensorData.of(DType.U8, new long[] {3}, ByteBuffer.wrap(new byte[] {1, 2, 3}));

  private void onlyTheseFiles(String... names) throws IOException {
    try (Stream<Path> list = Files.list(dir)) {
      assertThat(list.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }

  @Test
  void theOrderOfTheMapDoesNotMatter() throws IOException {
    Map<String, TensorData> forward = new LinkedHashMap<>();
    forward.put("bytes", BYTES);
    forward.put("z", ONE);
    forward.put("a", ONE);
    Map<String, TensorData> backward = new LinkedHashMap<>();
    backward.put("a", ONE);
    backward.put("z", ONE);
    backward.put("bytes", BYTES);
    SafetensorsWriter.write(dir.resolve("1"), forward, Map.of("x", "1", "y", "2"));
    SafetensorsWriter.write(dir.resolve("2"), backward, Map.of("y", "2", "x", "1"));
    assertThat(dir.resolve("1")).hasSameBinaryContentAs(dir.resolve("2"));
    try (SafetensorsFile file = SafetensorsFile.open(dir.resolve("1"))) {
      assertThat(file.entries().keySet()).containsExactly("a", "z", "bytes");
    }
  }

  @Test
  void dataBeginsAligned() throws IOException {
    for (String name : new String[] {"a", "ab", "abc", "\u00e9\"\n"}) {
      Path path = dir.resolve("f");
      SafetensorsWriter.write(path, Map.of(name, ONE), Map.of());
      assertThat((Files.size(path) - 4) % 8).isZero();
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        file.read(name, 0, bytes);
        assertThat(bytes.getFloat(0)).isEqualTo(1);
      }
    }
  }

  @Test
  void aFullDiskLeavesTheOldFileAndNothingElse() throws IOException {
    Path path = dir.resolve("f");
    SafetensorsWriter.write(path, Map.of("a", ONE), Map.of());
    byte[] before = Files.readAllBytes(path);
    TensorData failing =
        new TensorData(
            DType.F32,
            new long[] {2},
            channel -> {
              channel.write(ByteBuffer.allocate(4));
              throw new IOException("No space left on device");
            });
    assertThatThrownBy(() -> SafetensorsWriter.write(path, Map.of("a", failing), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessage("cannot write " + path + ": No space left on device");
    assertThat(path).hasBinaryContent(before);
    onlyTheseFiles("f");
  }

  @Test
  void aTensorOfTheWrongLengthIsNotWritten() throws IOException {
    TensorData wrong = TensorData.of(DType.F32, new long[] {2}, ByteBuffer.allocate(4));
    assertThatThrownBy(
            () -> SafetensorsWriter.write(dir.resolve("f"), Map.of("a", wrong), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a' wrote 4 bytes, its shape needs 8");
    onlyTheseFiles();
  }

  @Test
  void aMissingDirectoryIsNamed() {
    assertThatThrownBy(() -> SafetensorsWriter.write(dir.resolve("no/f"), Map.of(), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no/f: there is no such file or directory");
  }

  @Test
  void theNameOfTheMetadataIsTaken() {
    assertThatThrownBy(
            () -> SafetensorsWriter.write(dir.resolve("f"), Map.of("__metadata__", ONE), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
