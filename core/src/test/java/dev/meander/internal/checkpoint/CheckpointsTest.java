package dev.meander.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.UserError;
import dev.meander.tensor.Tensors;
import dev.meander.weights.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path dir;
  private Path root;
  private Checkpoints checkpoints;
  private PointerScope scope;

  @BeforeEach
  void open() {
    scope = new PointerScope();
    root = dir.resolve("run/checkpoints");
    checkpoints = new Checkpoints(root, 2);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static ObjectNode state(int counter) {
    return JsonNodeFactory.instance.objectNode().put("counter", counter).put("lr", 1e-4);
  }

  private Path save(long step) {
    Tensor w = Tensors.of(new float[] {step, 0.1f}, 2);
    return checkpoints.save(
        step,
        state((int) step),
        Map.of("adapter", Map.of("w", w), "optimizer", Map.of("m", w.to(ScalarType.BFloat16))),
        Map.of());
  }

  private Checkpoint latest() {
    return checkpoints.latest().orElseThrow().checkpoint();
  }

  private List<String> skipped() {
    return checkpoints.latest().orElseThrow().skipped();
  }

  private static void flipLastByte(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> list = Files.list(root)) {
      return list.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void nothingWasSavedYet() {
    assertThat(checkpoints.latest()).isEmpty();
    assertThat(root).doesNotExist();
  }

  @Test
  void whatWasSavedComesBack() {
    Path saved = save(3);
    Checkpoint checkpoint = latest();
    assertThat(checkpoint.directory()).isEqualTo(saved);
    assertThat(checkpoint.step()).isEqualTo(3);
    assertThat(checkpoint.state()).isEqualTo(state(3));
    assertThat(Tensors.floats(checkpoint.tensors("adapter").get("w"))).containsExactly(3, 0.1f);
    assertThat(checkpoint.tensors("optimizer").get("m").scalar_type().intern())
        .isEqualTo(ScalarType.BFloat16);
    assertThatThrownBy(() -> checkpoint.tensors("ema")).isInstanceOf(UserError.class);
    assertThat(skipped()).isEmpty();
  }

  @Test
  void equalStateGivesEqualBytes() throws IOException {
    Path first = save(1);
    byte[] sums = Files.readAllBytes(first.resolve("SHA256SUMS"));
    assertThat(save(1).resolve("SHA256SUMS")).hasBinaryContent(sums);
  }

  @Test
  void theHashesAreThoseOfTheFiles() throws IOException {
    Path saved = save(1);
    Files.write(dir.resolve("abc"), new byte[] {'a', 'b', 'c'});
    assertThat(Sha256.of(dir.resolve("abc")))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(Files.readAllLines(saved.resolve("SHA256SUMS")))
        .hasSize(3)
        .contains(Sha256.of(saved.resolve("state.json")) + "  state.json");
  }

  @Test
  void theNewestAreKept() throws IOException {
    save(1);
    save(20);
    save(3);
    assertThat(names()).containsExactly("step-00000003", "step-00000020");
    assertThat(latest().step()).isEqualTo(20);
  }

  @Test
  void theSameStepIsReplaced() throws IOException {
    save(1);
    checkpoints.save(1, state(99), Map.of(), Map.of());
    assertThat(latest().state()).isEqualTo(state(99));
    assertThat(names()).containsExactly("step-00000001");
  }

  @Test
  void damagedOnesAreSkippedAndNamed() throws IOException {
    save(1);
    Path second = save(2);
    flipLastByte(second.resolve("adapter.safetensors"));
    assertThat(latest().step()).isEqualTo(1);
    assertThat(skipped())
        .singleElement()
        .asString()
        .contains(second.toString())
        .contains("adapter.safetensors is damaged");
    assertThatThrownBy(() -> Checkpoint.open(second))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("adapter.safetensors is damaged");
  }

  @Test
  void everyKindOfDamageIsFound() throws IOException {
    for (String file : List.of("adapter.safetensors", "optimizer.safetensors", "state.json")) {
      Path saved = save(1);
      flipLastByte(saved.resolve(file));
      assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageContaining(file + " is damaged");
      Files.write(saved.resolve(file), new byte[0]);
      assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageContaining(file + " is damaged");
      Files.delete(saved.resolve(file));
      assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageContaining(file + " is missing");
    }
    Path saved = save(1);
    Path sums = saved.resolve("SHA256SUMS");
    byte[] good = Files.readAllBytes(sums);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      Files.write(sums, bad);
      assertThatThrownBy(() -> Checkpoint.open(saved)).isExactlyInstanceOf(UserError.class);
    }
    Files.write(sums, new byte[0]);
    assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageContaining("SHA256SUMS is empty");
    Files.delete(sums);
    assertThatThrownBy(() -> Checkpoint.open(saved)).hasMessageContaining("no SHA256SUMS");
    assertThatThrownBy(() -> Checkpoint.open(dir.resolve("none")))
        .hasMessageContaining("there is no checkpoint directory");
  }

  @Test
  void whenAllAreDamagedTheRunDoesNotStartAfresh() throws IOException {
    Files.delete(save(1).resolve("state.json"));
    Files.delete(save(2).resolve("SHA256SUMS"));
    assertThatThrownBy(checkpoints::latest)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no checkpoint in " + root)
        .hasMessageContaining("state.json is missing")
        .hasMessageContaining("no SHA256SUMS");
  }

  @Test
  void unfinishedOnesAreSkippedNamedAndCleared() throws IOException {
    save(1);
    Path unfinished = Files.createDirectory(root.resolve(".tmp-step-00000002"));
    Files.write(unfinished.resolve("adapter.safetensors"), new byte[3]);
    Files.createDirectory(root.resolve(".tmp-old-step-00000000"));
    Files.createDirectory(root.resolve("notes"));
    assertThat(latest().step()).isEqualTo(1);
    assertThat(skipped()).containsExactly(unfinished + " was never finished");
    save(3);
    assertThat(names()).containsExactly("notes", "step-00000001", "step-00000003");
  }

  @Test
  void aFullDiskLeavesEarlierCheckpointsAsTheyWere() throws IOException {
    save(1);
    Path kept = save(2);
    byte[] sums = Files.readAllBytes(kept.resolve("SHA256SUMS"));
    AtomicFile.Content full =
        channel -> {
          channel.write(ByteBuffer.allocate(1000));
          throw new IOException("No space left on device");
        };
    for (long step : new long[] {2, 3}) {
      assertThatThrownBy(
              () -> checkpoints.write(step, state(3), Map.of("adapter.safetensors", full)))
          .isExactlyInstanceOf(UserError.class)
          .hasMessage(
              "cannot save the checkpoint "
                  + root.resolve("step-0000000" + step)
                  + ": No space left on device; earlier checkpoints are untouched");
    }
    assertThat(names()).containsExactly("step-00000001", "step-00000002");
    assertThat(kept.resolve("SHA256SUMS")).hasBinaryContent(sums);
    assertThat(latest().step()).isEqualTo(2);
  }

  @Test
  void aBugWhileWritingLeavesNoCheckpointBehind() {
    AtomicFile.Content broken =
        channel -> {
          throw new IllegalStateException("bug");
        };
    assertThatThrownBy(() -> checkpoints.write(1, state(1), Map.of("x.safetensors", broken)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(checkpoints.latest()).isEmpty();
    save(1);
    assertThat(latest().step()).isEqualTo(1);
  }

  @Test
  void aDirectoryThatCannotBeMadeIsOneMessage() throws IOException {
    Files.write(Files.createDirectories(dir.resolve("run")).resolve("checkpoints"), new byte[0]);
    assertThatThrownBy(() -> save(1))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageStartingWith("cannot save the checkpoint " + root);
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    Path saved = save(1);
    Files.writeString(saved.resolve("state.json"), "{\"format\": 2, \"step\": 1, \"state\": {}}");
    Files.writeString(
        saved.resolve("SHA256SUMS"), Sha256.of(saved.resolve("state.json")) + "  state.json\n");
    assertThatThrownBy(() -> Checkpoint.open(saved))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has format 2, this program reads format 1");
  }

  @Test
  void atLeastOneIsKept() {
    assertThatThrownBy(() -> new Checkpoints(root, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
