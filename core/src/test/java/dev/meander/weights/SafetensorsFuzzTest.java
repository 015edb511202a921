package dev.meander.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.config.UserError;
import dev.meander.weights.SafetensorsWriter.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Damaged files give a UserError or load; never another exception, never a native crash. */
class SafetensorsFuzzTest {
  private static Path file;
  private static byte[] good;

  @BeforeContainer
  static void writeGoodFile() throws IOException {
    file = Files.createTempFile("fuzz", ".safetensors");
    Map<String, TensorData> tensors = new HashMap<>();
    tensors.put("layer.weight", TensorData.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
    tensors.put("layer.bias", TensorData.of(new float[] {1, 2, 3}, 3));
    tensors.put("half", TensorData.of(DType.BF16, new long[] {2}, ByteBuffer.allocate(4)));
    tensors.put("mask", TensorData.of(DType.BOOL, new long[] {0, 5}, ByteBuffer.allocate(0)));
    SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
    good = Files.readAllBytes(file);
  }

  @AfterContainer
  static void deleteFile() throws IOException {
    Files.delete(file);
  }

  @Property(tries = 2000)
  void flippedBytes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int flips)
      throws IOException {
    Random random = new Random(seed);
    byte[] bad = good.clone();
    for (int i = 0; i < flips; i++) {
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
    }
    loadsOrIsRefused(bad);
  }

  /** Random bits rarely keep the header JSON; a digit for a digit nearly always does. */
  @Property(tries = 2000)
  void changedDigits(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int changes)
      throws IOException {
    Random random = new Random(seed);
    byte[] bad = good.clone();
    List<Integer> digits = new ArrayList<>();
    for (int i = 8; i < bad.length; i++) {
      if (Character.isDigit(bad[i])) {
        digits.add(i);
      }
    }
    for (int i = 0; i < changes; i++) {
      bad[digits.get(random.nextInt(digits.size()))] = (byte) ('0' + random.nextInt(10));
    }
    loadsOrIsRefused(bad);
  }

  @Property(tries = 300)
  void cutOff(@ForAll long seed) throws IOException {
    byte[] bad = Arrays.copyOf(good, new Random(seed).nextInt(good.length));
    assertThat(loadsOrIsRefused(bad)).isFalse();
  }

  private static boolean loadsOrIsRefused(byte[] content) throws IOException {
    Files.write(file, content);
    PointerScope scope = new PointerScope();
    try (scope;
        TensorStore store = TensorStore.open(file)) {
      for (Map.Entry<String, Tensor> e : store.load(store.names(), DType.F32).entrySet()) {
        assertThat(e.getValue().shape()).isEqualTo(store.entry(e.getKey()).shape());
        e.getValue().sum().item();
      }
      return true;
    } catch (UserError e) {
      assertThat(e).hasMessageContaining(file.toString());
      return false;
    }
  }

  @Example
  void theUndamagedFileLoads() throws IOException {
    assertThat(loadsOrIsRefused(good)).isTrue();
  }
}
