package dev.meander.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.weights.SafetensorsWriter.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorStoreTest {
  @TempDir Path dir;
  private PointerScope scope;

  @BeforeEach
  void openScope() {
    scope = new PointerScope();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static float[] floats(Tensor t) {
    float[] values = new float[(int) t.numel()];
    FloatBuffer buffer = t.to(ScalarType.Float).contiguous().createBuffer();
    buffer.get(values);
    return values;
  }

  private Path sample() {
    Path file = dir.resolve("a.safetensors");
    SafetensorsWriter.write(
        file,
        Map.of(
            "w", TensorData.of(new float[] {1, -2, 3.5f, 4, 5, 6}, 2, 3),
            "b", TensorData.of(new float[] {0.25f}),
            "none", TensorData.of(new float[0], 0, 7)),
        Map.of("format", "pt"));
    return file;
  }

  @Test
  void copiesSurviveTheStore() {
    Map<String, Tensor> loaded;
    try (TensorStore store = TensorStore.open(sample())) {
      assertThat(store.names()).containsExactly("b", "none", "w");
      assertThat(store.metadata()).containsEntry("format", "pt");
      loaded = store.load(store.names(), DType.F32);
    }
    assertThat(loaded.get("w").shape()).containsExactly(2, 3);
    assertThat(floats(loaded.get("w"))).containsExactly(1, -2, 3.5f, 4, 5, 6);
    assertThat(loaded.get("b").dim()).isZero();
    assertThat(floats(loaded.get("b"))).containsExactly(0.25f);
    assertThat(loaded.get("none").shape()).containsExactly(0, 7);
  }

  @Test
  void everyTypeComesBackAsItWasSaved() {
    Path file = dir.resolve("types.safetensors");
    for (DType dtype : Arrays.stream(DType.values()).filter(DType::isComputed).toList()) {
      Tensor t = torch.arange(new org.bytedeco.pytorch.Scalar(2));
      Tensor typed = t.to(EngineTensors.scalarType(dtype));
      EngineTensors.save(file, Map.of("t", typed), dtype, Map.of());
      try (TensorStore store = TensorStore.open(file)) {
        assertThat(store.entry("t").dtype()).isEqualTo(dtype);
        Tensor back = store.tensor("t");
        assertThat(EngineTensors.dtype(back)).isEqualTo(dtype);
        assertThat(floats(back)).containsExactly(0, 1);
        assertThat(floats(store.view("t"))).containsExactly(0, 1);
      }
    }
  }

  @Test
  void onlyFloatsAreConverted() {
    Path file = dir.resolve("mixed.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("f", torch.ones(3).mul(new org.bytedeco.pytorch.Scalar(1.0 / 3)));
    tensors.put("i", torch.arange(new org.bytedeco.pytorch.Scalar(3)));
    EngineTensors.save(file, tensors, DType.BF16, Map.of());
    try (TensorStore store = TensorStore.open(file)) {
      Tensor f = store.tensor("f", DType.F32);
      assertThat(f.scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertThat(floats(f)).containsOnly(0.333984375f); // 1/3 rounded to 8 bits
      assertThat(store.tensor("i", DType.F32).scalar_type().intern()).isEqualTo(ScalarType.Long);
    }
  }

  @Test
  void largeTensorsGoThroughInChunks() {
    Path file = dir.resolve("large.safetensors");
    int n = 5_000_003; // 20 MB, more than one chunk of 16 MiB
    Tensor t = torch.arange(new org.bytedeco.pytorch.Scalar(n)).to(ScalarType.Float);
    EngineTensors.save(file, Map.of("t", t), DType.F32, Map.of());
    try (TensorStore store = TensorStore.open(file)) {
      assertThat(store.tensor("t").equal(t)).isTrue();
      assertThat(store.view("t").equal(t)).isTrue();
    }
  }

  /** Written by the reference implementation, safetensors 0.8.0 with torch 2.10.0. */
  @Test
  void readsAReferenceFile() throws Exception {
    Path file = Path.of(getClass().getResource("reference.safetensors").toURI());
    try (TensorStore store = TensorStore.open(file)) {
      assertThat(store.metadata()).containsExactly(Map.entry("format", "pt"));
      assertThat(store.tensor("bf16").shape()).containsExactly(2, 2);
      assertThat(floats(store.tensor("bf16"))).containsExactly(1, -2.5f, 3.140625f, 0);
      assertThat(floats(store.tensor("f16"))).containsExactly(0.5f, 65504);
      assertThat(store.tensor("f32").item_float()).isEqualTo(0.1f);
      assertThat(store.tensor("f64").item_double()).isEqualTo(0.1);
      assertThat(store.tensor("i64").select(0, 1).item_long()).isEqualTo(1L << 40);
      assertThat(floats(store.tensor("i32"))).containsExactly(7);
      assertThat(floats(store.tensor("i16"))).containsExactly(-3);
      assertThat(floats(store.tensor("i8"))).containsExactly(-128);
      assertThat(floats(store.tensor("u8"))).containsExactly(255);
      assertThat(floats(store.tensor("bool"))).containsExactly(1, 0, 1);
      assertThat(store.tensor("empty").shape()).containsExactly(0, 3);
    }
  }

  @Test
  void stridedAndGradientTensorsAreSavedByValue() {
    Path file = dir.resolve("t.safetensors");
    Tensor t = torch.tensor(1f, 2, 3, 4).view(2, 2).t();
    t.set_requires_grad(true);
    EngineTensors.save(file, Map.of("t", t), DType.F32, Map.of());
    try (TensorStore store = TensorStore.open(file)) {
      assertThat(floats(store.tensor("t"))).containsExactly(1, 3, 2, 4);
    }
  }

  @Test
  void writingToAViewChangesNoFile() throws IOException {
    Path file = sample();
    byte[] before = Files.readAllBytes(file);
    Tensor view;
    try (TensorStore store = TensorStore.open(file)) {
      view = store.view("w");
    }
    System.gc();
    view.add_(new org.bytedeco.pytorch.Scalar(1));
    assertThat(floats(view)).containsExactly(2, -1, 4.5f, 5, 6, 7);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileIsMappedAsLongAsATensorStandsOnIt() throws IOException {
    Path file = sample();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    Tensor view;
    try (Scope scope = new Scope()) {
      try (TensorStore store = TensorStore.open(file)) {
        view = store.view("w");
        store.view("b");
        assertThat(mappings(file)).isEqualTo(1);
      }
      assertThat(floats(view)).containsExactly(1, -2, 3.5f, 4, 5, 6);
      view.retainReference();
    }
    assertThat(mappings(file)).isEqualTo(1);
    view.close();
    assertThat(mappings(file)).isZero();
  }

  private static long mappings(Path file) throws IOException {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.endsWith(file.toString())).count();
    }
  }

  @Test
  void shardsAreOneStore() throws IOException {
    Path one = dir.resolve("model-1-of-2.safetensors");
    SafetensorsWriter.write(one, Map.of("a", TensorData.of(new float[] {1}, 1)), Map.of());
    Path two = dir.resolve("model-2-of-2.safetensors");
    SafetensorsWriter.write(two, Map.of("b", TensorData.of(new float[] {2}, 1)), Map.of());
    Files.writeString(
        dir.resolve("model.safetensors.index.json"),
        """
          {"metadata": {"total_size": 8},
           "weight_map": {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}}
          """);
    try (TensorStore store = TensorStore.open(dir)) {
      assertThat(store.names()).containsExactly("a", "b");
      assertThat(floats(store.tensor("b"))).containsExactly(2);
    }
  }

  @Test
  void everyFaultOfAShardedCheckpointIsReported() throws IOException {
    Path one = dir.resolve("one.safetensors");
    SafetensorsWriter.write(one, Map.of("a", TensorData.of(new float[] {1}, 1)), Map.of());
    Path index = dir.resolve("model.safetensors.index.json");
    Files.writeString(
        index,
        "{\"weight_map\": {\"a\": \"one.safetensors\", \"b\": \"one.safetensors\", \"c\": \"two.safetensors\"}}");
    assertThatThrownBy(() -> TensorStore.open(index))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("tensor 'b' is not in")
        .hasMessageContaining("two.safetensors");
    Files.writeString(index, "{\"weight_map\": {\"a\": \"../one.safetensors\", \"b\": 3}}");
    assertThatThrownBy(() -> TensorStore.open(index))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'a'")
        .hasMessageContaining("'b'");
    Files.writeString(index, "{\"weights\": {}}");
    assertThatThrownBy(() -> TensorStore.open(index)).hasMessageContaining("weight_map");
    Files.writeString(index, "{\"weight_map\": {\"a\": ");
    assertThatThrownBy(() -> TensorStore.open(index)).hasMessageContaining("not valid JSON");
  }

  /** diffusers writes both forms of an index, by its version. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "diffusion_pytorch_model.fp16.safetensors.index.json",
        "diffusion_pytorch_model.safetensors.index.fp16.json",
        "model.fp16.safetensors.index.json"
      })
  void aVariantAloneIsFound(String index) throws IOException {
    Path shard = dir.resolve("diffusion_pytorch_model.fp16-00001-of-00001.safetensors");
    Files.move(sample(), shard);
    Files.writeString(
        dir.resolve(index), "{\"weight_map\": {\"w\": \"%s\"}}".formatted(shard.getFileName()));
    try (TensorStore store = TensorStore.open(dir)) {
      assertThat(store.names()).containsExactly("w");
    }
    assertThat(TensorStore.files(dir)).containsExactly(dir.resolve(index), shard);
    SafetensorsWriter.write(dir.resolve("model.bf16.safetensors"), Map.of(), Map.of());
    assertThatThrownBy(() -> TensorStore.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("several variants of its weights, bf16, fp16");
  }

  @Test
  void aLinkWithoutItsTargetIsNamed() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("model.safetensors"), Path.of("../blobs/abc"));
    assertThatThrownBy(() -> TensorStore.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(link + " is a link to ")
        .hasMessageContaining("blobs/abc, which is not there");
  }

  @Test
  void typesThatAreNotComputedWithAreReadAndRefusedWhenTheyAreNeeded() throws IOException {
    byte[] header =
        ("{\"__metadata__\":null,\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"mark\":{\"dtype\":\"F8_E4M3\",\"shape\":[0],\"data_offsets\":[4,4]},"
                + "\"n\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[4,6]}}")
            .getBytes(StandardCharsets.UTF_8);
    Path file = dir.resolve("types.safetensors");
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 6).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(header.length).put(header).putFloat(1.5f).array());
    try (TensorStore store = TensorStore.open(file)) {
      assertThat(store.names()).containsExactly("a", "mark", "n");
      assertThat(floats(store.tensor("a"))).containsExactly(1.5f);
      assertThatThrownBy(() -> store.placed("n", DType.F32))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("tensor 'n' of " + file + " is of type F4");
    }
  }

  @Test
  void directoriesWithoutOneClearFileAreRefused() {
    assertThatThrownBy(() -> TensorStore.open(dir)).hasMessageContaining("holds no .safetensors");
    Path only = sample();
    try (TensorStore store = TensorStore.open(dir)) {
      assertThat(store.path()).isEqualTo(only);
    }
    SafetensorsWriter.write(dir.resolve("b.safetensors"), Map.of(), Map.of());
    assertThatThrownBy(() -> TensorStore.open(dir))
        .hasMessageContaining("[a.safetensors, b.safetensors]; rename the one that is meant to");
  }

  @Test
  void aModelThatDoesNotFitIsExplainedAtOnce() {
    try (TensorStore store = TensorStore.open(sample())) {
      Map<String, long[]> expected =
          Map.of("w", new long[] {3, 2}, "b", new long[0], "extra", new long[] {4});
      assertThatThrownBy(() -> store.load(expected, name -> false, DType.F32))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("1 of 3 tensors fit")
          .hasMessageContaining("missing: extra [4]")
          .hasMessageContaining("wrong shape: w is [2, 3], should be [3, 2]")
          .hasMessageContaining("unexpected: none [0, 7]");
    }
  }

  @Test
  void longListsOfMisfitsAreCut() {
    Map<String, long[]> expected = new LinkedHashMap<>();
    for (int i = 0; i < 50; i++) {
      expected.put("layer." + i, new long[] {1});
    }
    assertThatThrownBy(() -> new TensorCatalog("x", Map.of()).requireExactly(expected))
        .hasMessageContaining("and 30 more");
  }

  @Test
  void unknownNamesAreReported() {
    try (TensorStore store = TensorStore.open(sample())) {
      assertThatThrownBy(() -> store.load(List.of("w", "q"), DType.F32))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("no tensor 'q'");
    }
  }

  /** Longer than a chunk of the conversion, whose length is no multiple of it. */
  @Test
  void placedTensorsAreConvertedChunkByChunk() {
    int n = (1 << 22) + 12_345;
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = i % 1024 - 512;
    }
    Path file = dir.resolve("long.safetensors");
    SafetensorsWriter.write(file, Map.of("w", TensorData.of(values, n)), Map.of());
    try (TensorStore store = TensorStore.open(file)) {
      assertThat(floats(store.placed("w", DType.F32))).isEqualTo(values);
      Tensor half = store.placed("w", DType.BF16);
      assertThat(half.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
      assertThat(floats(half)).isEqualTo(floats(store.tensor("w", DType.BF16)));
      Tensor mapped = store.placed("w", DType.F32);
      mapped.zero_();
      assertThat(floats(store.tensor("w"))).as("the file").isEqualTo(values);
    }
    try (TensorStore store = TensorStore.open(sample())) {
      assertThat(floats(store.placed("w", DType.F64))).containsExactly(1, -2, 3.5f, 4, 5, 6);
      assertThat(store.placed("none", DType.BF16).shape()).containsExactly(0, 7);
    }
  }

  @Test
  void aDirectoryOfPicklesIsRefusedWithTheWayToConvertThem() throws IOException {
    Files.writeString(dir.resolve("diffusion_pytorch_model.bin"), "\u0080");
    assertThatThrownBy(() -> TensorStore.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("diffusion_pytorch_model.bin")
        .hasMessageContaining("save_pretrained");
  }

  @Test
  void shardsThatTheIndexDoesNotName() throws IOException {
    Files.writeString(
        dir.resolve("model.safetensors.index.json"),
        """
        {"weight_map": {"a": "model-00001-of-00003.safetensors",
                        "b": "model-00003-of-00003.safetensors"}}
        """);
    assertThatThrownBy(() -> TensorStore.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no tensor is in model-00002-of-00003.safetensors")
        .hasMessageContaining(
            "names only model-00001-of-00003.safetensors, model-00003-of-00003.safetensors");
  }

  @Test
  void picklesAreRefusedByName() throws IOException {
    for (String name : List.of("a.bin", "a.ckpt", "a.pt", "a.pth", "model.bin.index.json")) {
      Path file = Files.write(dir.resolve(name), new byte[] {(byte) 0x80, 4, '.'});
      assertThatThrownBy(() -> TensorStore.open(file))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(name + " is a pickle checkpoint")
          .hasMessageContaining("save_pretrained");
    }
    assertThatThrownBy(() -> TensorStore.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no .safetensors file; a.bin is a pickle checkpoint");
  }

  @Test
  void anEmptyDirectory() {
    assertThatThrownBy(() -> TensorStore.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessage(dir + " holds no .safetensors file; it is empty");
  }
}
