package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.EventFile;
import dev.meander.weights.DType;
import dev.meander.weights.SafetensorsWriter;
import dev.meander.weights.SafetensorsWriter.TensorData;
import dev.meander.weights.TensorStore;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What public bug reports of this field found elsewhere, each through the command line, with the
 * outcome that is right. The adapter is of rank 1 and alpha 4, so that a lost alpha is a quarter of
 * its strength.
 */
class FieldCasesTest {
  private static final String LAYER = "transformer_blocks.%d.attn.to_q";
  private static final int WIDTH = 12;

  @TempDir private Path dir;
  private Path recipe;

  @BeforeEach
  void writeRecipe() throws IOException {
    recipe =
        Files.writeString(
            dir.resolve("tiny.yaml"),
            TrainCommandTest.RECIPE
                .formatted(Cli.MODEL)
                .replace(
                    "name: compositional, config: {mode: graded}", "name: jpeg_compressibility")
                .replace(
                    "name: compositional, config: {mode: strict}", "name: jpeg_compressibility"));
  }

  // What is made here

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  private static TensorData wave(int n, double seed, double size, long... shape) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (size * Math.sin(seed + 0.7 * i));
    }
    return TensorData.of(values, shape);
  }

  private static Map<String, TensorData> tensors(String form, String a, String b) {
    Map<String, TensorData> tensors = new TreeMap<>();
    for (int k = 0; k < 2; k++) {
      String layer = LAYER.formatted(k);
      tensors.put(form.formatted(layer, a), wave(WIDTH, k, 0.3, 1, WIDTH));
      tensors.put(form.formatted(layer, b), wave(WIDTH, k + 1, 0.3, WIDTH, 1));
    }
    return tensors;
  }

  private static Map<String, TensorData> tensors(String form) {
    return tensors(form, "lora_A", "lora_B");
  }

  private Path file(String name, Map<String, TensorData> tensors, Map<String, String> metadata) {
    Path file = dir.resolve(name);
    SafetensorsWriter.write(file, tensors, metadata);
    return file;
  }

  private Path peft(String name, Map<String, TensorData> tensors, String... more)
      throws IOException {
    Path folder = Files.createDirectories(dir.resolve(name));
    SafetensorsWriter.write(
        folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
    Map<String, String> config = new LinkedHashMap<>();
    config.put("peft_type", "\"LORA\"");
    config.put("r", "1");
    config.put("lora_alpha", "4");
    config.put("target_modules", "[\"attn.to_q\"]");
    for (String setting : more) {
      config.put(setting.split("=")[0], setting.split("=")[1]);
    }
    StringBuilder json = new StringBuilder();
    config.forEach((k, v) -> json.append(json.isEmpty() ? "{" : ", ").append('"' + k + "\": " + v));
    Files.writeString(folder.resolve("adapter_config.json"), json + "}");
    return folder;
  }

  private Map<String, TensorData> reference() {
    return tensors("base_model.model.%s.%s.weight");
  }

  /** The latents of one prompt, or what was said. */
  private Object draw(Object... more) {
    Path latents = dir.resolve("latents.safetensors");
    List<Object> all = new ArrayList<>(List.of("generate", "a star", "--steps", 2, "--threads", 1));
    all.addAll(
        List.of("--size", "16x24", "--out", dir.resolve("x.png"), "--save-latents", latents));
    all.addAll(List.of(more));
    if (!all.contains("--model")) {
      all.addAll(List.of("--model", Cli.MODEL));
    }
    Cli.Result result = Cli.run(all.toArray());
    if (result.status() != 0) {
      return result.err();
    }
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(latents)) {
      return Tensors.floats(store.tensor("latents", DType.F32));
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  private Cli.Result train(Path run, String... settings) {
    List<Object> all = new ArrayList<>(List.of("train", recipe, "--out", run));
    for (String setting : settings) {
      all.addAll(setting.startsWith("--") ? List.of(setting) : List.of("--set", setting));
    }
    return Cli.run(all.toArray());
  }

  private static void refused(Cli.Result result, String... words) {
    assertThat(result.status()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(words).doesNotContain("Exception");
  }

  // The cases, by their numbers

  @Test
  void c01UnseenClassesAndColours() throws IOException {
    String line =
        "{\"tag\": \"%s\", \"include\": [{\"class\": \"%s\", \"count\": 1%s}], \"prompt\": \"x\"}\n";
    Path bench = write("bench.jsonl", line.formatted("single_object", "bench", ""));
    Path white = write("white.jsonl", line.formatted("colors", "circle", ", \"color\": \"white\""));
    String judge = "rewards=[{name: compositional}]";
    Path run = dir.resolve("run");
    refused(train(run, judge, "data.prompts=" + bench), bench + ":1", "no class bench", "geneval");
    refused(train(run, judge, "data.prompts=" + white), "no color white");
    Path capital = write("capital.jsonl", line.formatted("single_object", "Circle", ""));
    refused(train(run, judge, "data.prompts=" + capital), "no class Circle", "circle");
    assertThat(run).doesNotExist();
  }

  @Test
  void c02CutPrompts() throws IOException {
    String prompt = "one two three four five six seven eight nine ten eleven twelve ".repeat(8);
    Path pair = write("pair.txt", prompt + "red circles\n" + prompt + "blue squares\n");
    Cli.Result result =
        Cli.run(
            "generate",
            "-f",
            pair,
            "--steps",
            1,
            "--model",
            Cli.MODEL,
            "--size",
            "16x24",
            "--out",
            dir.resolve("x.png"));
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).contains("2 of 2 prompts are cut");
  }

  @Test
  void c03LinkedModels() throws IOException {
    String embeddings = "model.embeddings=" + dir.resolve("cache");
    List<String> rewards = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      Path model = copy(Cli.MODEL, dir.resolve(name));
      if (name.equals("b")) {
        otherTokens(model.resolve("text_encoder/model.safetensors"));
      }
      Path link = Files.createSymbolicLink(dir.resolve("link-" + name), model);
      for (String mode : List.of("keep", "free")) {
        Path run = dir.resolve(name + mode);
        Cli.Result result =
            train(run, "model.path=" + link, "model.text_encoders=" + mode, embeddings);
        assertThat(result.status()).as(result.err()).isZero();
        rewards.add(
            Files.readString(run.resolve("metrics.jsonl"))
                .replaceAll("(?s).*\"reward_mean\":([^,]*),.*", "$1"));
        assertThat(Files.readString(run.resolve("provenance.json")))
            .contains("text_encoder/model.safetensors");
      }
    }
    assertThat(rewards.get(1)).isEqualTo(rewards.get(0));
    assertThat(rewards.get(3)).isEqualTo(rewards.get(2)).isNotEqualTo(rewards.get(0));

    assertThat(draw("--model", "me/toy")).asString().contains("not fetched");
    Path hub = dir.resolve("models--me--toy");
    copy(Cli.MODEL, Files.createDirectories(hub.resolve("snapshots")).resolve("abc"));
    assertThat(draw("--model", hub)).asString().contains("snapshots/abc");
    Path vae = hub.resolve("snapshots/abc/vae/diffusion_pytorch_model.safetensors");
    Files.delete(vae);
    Files.createSymbolicLink(vae, dir.resolve("gone"));
    assertThat(draw("--model", hub.resolve("snapshots/abc")))
        .asString()
        .contains("is a link to " + dir.resolve("gone"));
    refused(
        Cli.run(
            "merge",
            peft("p", reference()),
            "--model",
            hub.resolve("snapshots/abc"),
            "--out",
            dir.resolve("m")),
        "is a link to");
  }

  /** Another model of the same shape. */
  private static void otherTokens(Path weights) {
    Map<String, TensorData> tensors = new TreeMap<>();
    try (TensorStore store = TensorStore.open(weights);
        Scope scope = new Scope()) {
      for (String name : store.names()) {
        float[] values = Tensors.floats(store.tensor(name, DType.F32));
        for (int i = 0; name.contains("token_embedding") && i < values.length; i++) {
          values[i] = -values[i];
        }
        tensors.put(name, TensorData.of(values, store.entry(name).shape()));
      }
    }
    SafetensorsWriter.write(weights, tensors, Map.of());
  }

  @Test
  void c04TextOfAnotherLocale() {
    refused(Cli.run("generate", "a caf\uFFFD", "--model", Cli.MODEL), "locale");
  }

  @Test
  void c06PromptFilesOfOtherSystems() throws IOException {
    assertThat(prompts("cr.txt", "a red circle\ra blue star\r".getBytes(StandardCharsets.UTF_8)))
        .contains("a red circle", "a blue star");
    assertThat(prompts("no-bom.txt", "a star\n".getBytes(StandardCharsets.UTF_16LE)))
        .contains("NUL");
    assertThat(prompts("bom.txt", "\ufeffa star\n".getBytes(StandardCharsets.UTF_16LE)))
        .contains("UTF-16");
    assertThat(prompts("UPPER.TXT", "a star\n".getBytes(StandardCharsets.UTF_8)))
        .contains("a star");
    assertThat(prompts("blank.txt", "a\n\u00a0\nb\n".getBytes(StandardCharsets.UTF_8)))
        .contains("blank.txt:2: the line is blank");
  }

  private String prompts(String name, byte[] bytes) throws IOException {
    Path file = Files.write(dir.resolve(name), bytes);
    Cli.Result result =
        Cli.run(
            "generate",
            "-f",
            file,
            "--steps",
            1,
            "--model",
            Cli.MODEL,
            "--size",
            "16x24",
            "--json",
            "--out",
            dir.resolve("x.png"));
    return result.out() + result.err();
  }

  @Test
  void c08ChangedInputs() throws IOException {
    Path prompts = write("p.txt", "a red circle\na star\n");
    Path model = copy(Cli.MODEL, dir.resolve("model"));
    String[] settings = {"data.prompts=" + prompts, "model.path=" + model};
    Path run = dir.resolve("run");
    assertThat(train(run, settings).status()).isZero();
    Files.writeString(prompts, "a red circle\na star\na tree\n");
    Path scheduler = model.resolve("scheduler/scheduler_config.json");
    Files.writeString(scheduler, Files.readString(scheduler) + "\n");
    otherTokens(model.resolve("text_encoder/model.safetensors"));
    refused(
        train(run, settings[0], settings[1], "rollouts=2", "--resume"),
        "data.prompts has changed",
        "text_encoder/model.safetensors has changed",
        "scheduler_config.json has changed");
  }

  @Test
  void c09And21And28TheConfigurationsAndNamesOfPeft() throws IOException {
    float[] expected = (float[]) draw("--adapter", peft("reference", reference()));
    assertThat(draw()).isNotEqualTo(expected);
    for (Path same :
        List.of(
            peft("extra", reference(), "target_modules=[\"attn.to_q\", \"linear_in\"]"),
            peft("eva", reference(), "init_lora_weights=\"eva\""),
            peft("orthogonal", reference(), "init_lora_weights=\"orthogonal\""),
            peft("all-linear", reference(), "target_modules=\"all-linear\""),
            peft("default_0", tensors("base_model.model.%s.%s.default_0.weight")),
            peft("orig_mod", tensors("_orig_mod.base_model.model.%s.%s.weight")),
            peft("module", tensors("base_model.model.module.%s.%s.weight")))) {
      assertThat(draw("--adapter", same)).as(same.toString()).isEqualTo(expected);
    }
    for (String key :
        List.of(
            "kasa_config={\"beta\": 1}",
            "alora_invocation_tokens=[1]",
            "brand_new={\"rank\": 4}")) {
      assertThat(draw("--adapter", peft("other", reference(), key)))
          .asString()
          .contains(key.split("=")[0]);
    }
    Map<String, TensorData> two = tensors("base_model.model.%s.%s.default.weight");
    two.putAll(reference());
    assertThat(draw("--adapter", peft("two", two))).asString().contains("more than one adapter");
    Map<String, TensorData> both = tensors("transformer.%s.%s.first.weight");
    both.putAll(tensors("transformer.%s.%s.second.weight"));
    assertThat(draw("--adapter", file("both.safetensors", both, Map.of("alpha", "4"))))
        .asString()
        .contains("more than one adapter");
    Map<String, TensorData> bytes = new TreeMap<>();
    Map<String, TensorData> empty = new TreeMap<>();
    reference()
        .forEach(
            (name, t) -> {
              bytes.put(name, TensorData.of(DType.I8, t.shape(), ByteBuffer.allocate(WIDTH)));
              empty.put(name, TensorData.of(new float[0], 0));
            });
    assertThat(draw("--adapter", peft("int8", bytes))).asString().contains("is i8");
    assertThat(draw("--adapter", peft("zero3", empty))).asString().contains("ZeRO-3");
  }

  @Test
  void c11And12And20OtherTrainersFiles() throws IOException {
    float[] expected = (float[]) draw("--adapter", peft("reference", reference()));
    Map<String, TensorData> plain = tensors("transformer.%s.%s.weight");
    for (String key : List.of("ss_network_alpha", "lora_alpha", "transformer.lora_alpha")) {
      assertThat(draw("--adapter", file("header.safetensors", plain, Map.of(key, "4"))))
          .as(key)
          .isEqualTo(expected);
    }
    Map<String, TensorData> alphas = new TreeMap<>(plain);
    for (int k = 0; k < 2; k++) {
      alphas.put("transformer." + LAYER.formatted(k) + ".alpha", TensorData.of(new float[] {4}));
    }
    assertThat(draw("--adapter", file("alphas.safetensors", alphas, Map.of()))).isEqualTo(expected);
    Map<String, TensorData> old = tensors("transformer.%s.%s.weight", "lora.down", "lora.up");
    assertThat(draw("--adapter", file("old.safetensors", old, Map.of("alpha", "4"))))
        .isEqualTo(expected);
    Path broken = file("broken.safetensors", plain, Map.of("lora_adapter_metadata", "not json"));
    assertThat(draw("--adapter", broken)).asString().contains(broken.toString());

    Map<String, String> names =
        Map.of(
            "diffusion_model.%s.lora_A.weight", "ComfyUI",
            "lora_unet_%s.lora_down.weight", "kohya",
            "transformer.%s.dora_scale", "DoRA",
            "text_encoder.%s.lora_A.weight", "trains a text encoder");
    names.forEach(
        (form, word) ->
            assertThat(draw("--adapter", file("n.safetensors", tensors(form + "%.0s"), Map.of())))
                .asString()
                .contains(word));
  }

  @Test
  void c10And15AndTheStateOfARun() throws IOException {
    Path run = dir.resolve("run");
    String strong = "update.learning_rate.peak=0.05";
    assertThat(train(run, strong, "rollouts=2").status()).isZero();
    float[] expected = (float[]) draw("--adapter", run);
    Path checkpoint = run.resolve("checkpoints/step-00000002");
    assertThat(draw("--adapter", checkpoint)).isEqualTo(expected);
    assertThat(draw("--adapter", checkpoint.resolve("policy.safetensors"))).isEqualTo(expected);
    Path taken =
        Files.copy(
            run.resolve("adapter/adapter_model.safetensors"),
            dir.resolve("adapter_model.safetensors"));
    assertThat(draw("--adapter", taken)).asString().contains("alpha is unknown");

    Path on = dir.resolve("on");
    Cli.Result started = train(on, "policy.lora={from: \"" + run + "\"}");
    assertThat(started.status()).as(started.err()).isZero();
    assertThat(draw("--adapter", on.resolve("adapter-start"))).isEqualTo(expected);

    refused(train(run, strong, "rollouts=1", "--resume"), "has done 2 rollouts already");
    Cli.Result ended =
        train(
            dir.resolve("ended"),
            "update.learning_rate={type: cosine, peak: 1e-3, warm_up: 0, total: 1, floor: 0}");
    assertThat(ended.out() + ended.err()).contains("schedule ends after update 1");
  }

  @Test
  void c13VariantsAndShards() throws IOException {
    Path model = copy(Cli.MODEL, dir.resolve("model"));
    Path weights = model.resolve("transformer/diffusion_pytorch_model.safetensors");
    shard(
        weights,
        "diffusion_pytorch_model.fp16",
        "diffusion_pytorch_model.fp16.safetensors.index.json");
    Files.delete(weights);
    assertThat(draw("--model", model)).isEqualTo(draw());

    Path merged = dir.resolve("merged");
    Files.copy(
        Cli.MODEL.resolve("transformer/diffusion_pytorch_model.safetensors"),
        model.resolve("all_in_one.safetensors"));
    Cli.Result result = Cli.run("merge", peft("p", reference()), "--model", model, "--out", merged);
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(merged.resolve("all_in_one.safetensors")).doesNotExist();
    try (Stream<Path> files = Files.list(merged.resolve("transformer"))) {
      for (Path index : files.filter(f -> f.toString().contains(".index.")).toList()) {
        for (JsonNode shard : new ObjectMapper().readTree(index.toFile()).path("weight_map")) {
          assertThat(index.resolveSibling(shard.asText())).exists();
        }
      }
    }
    assertThat(draw("--model", merged)).isInstanceOf(float[].class);

    Files.delete(model.resolve("transformer/diffusion_pytorch_model.fp16.safetensors.index.json"));
    assertThat(draw("--model", model))
        .asString()
        .contains("2 of 2 shards of diffusion_pytorch_model.fp16 and no index");
  }

  private static void shard(Path file, String stem, String index) throws IOException {
    StringBuilder map = new StringBuilder();
    try (TensorStore store = TensorStore.open(file);
        Scope scope = new Scope()) {
      List<String> names = List.copyOf(store.names());
      for (int part = 1; part <= 2; part++) {
        String shard = "%s-0000%d-of-00002.safetensors".formatted(stem, part);
        Map<String, TensorData> tensors = new TreeMap<>();
        int half = names.size() / 2;
        for (String name : part == 1 ? names.subList(0, half) : names.subList(half, names.size())) {
          tensors.put(
              name,
              TensorData.of(
                  Tensors.floats(store.tensor(name, DType.F32)), store.entry(name).shape()));
          map.append(map.isEmpty() ? "" : ", ").append("\"%s\": \"%s\"".formatted(name, shard));
        }
        SafetensorsWriter.write(file.resolveSibling(shard), tensors, Map.of());
      }
    }
    Files.writeString(file.resolveSibling(index), "{\"weight_map\": {" + map + "}}");
  }

  @Test
  void c14And33PromptsThatARewardCannotScore() throws IOException {
    Path signs = write("signs.txt", "a sign \"OPEN\"\na sign\n");
    refused(
        train(dir.resolve("run"), "rewards=[{name: ocr}]", "data.prompts=" + signs),
        signs + ":2",
        "quotes");
    String clause = "{\"class\": \"circle\", \"count\": %s}";
    String line = "{\"tag\": \"single_object\", \"include\": [%s], \"prompt\": \"x\"}\n";
    String good = line.formatted(clause.formatted("1"));
    Path broken =
        write(
            "broken.jsonl",
            good
                + "{\"tag\": \"single_object\", \"include\": \"[1]\", \"prompt\": \"x\"}\n"
                + "{\"include\": [], \"prompt\": \"x\"}\n"
                + line.formatted(clause.formatted("\"1\"")));
    String judge = "evaluation.reward={name: compositional}";
    refused(
        Cli.run("eval", recipe, "--set", judge, "--set", "evaluation.prompts=" + broken),
        broken + ":2",
        "a string that holds JSON",
        broken + ":3",
        broken + ":4");
    Path negative =
        write("negative.jsonl", good.replace("}\n", ", \"negative_prompt\": \"blurry\"}\n"));
    Cli.Result unused =
        Cli.run("eval", recipe, "--set", judge, "--set", "evaluation.prompts=" + negative);
    assertThat(unused.status()).as(unused.err()).isZero();
    assertThat(unused.out() + unused.err()).contains("negative_prompt");
  }

  /** Processes that find no unpacked native code, and begin to unpack it at the same time. */
  @Test
  void c18FirstStartsAtOnce() throws Exception {
    Path home = Files.createDirectory(dir.resolve("home"));
    List<Process> starts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Path out = dir.resolve("x%d.png".formatted(i));
      List<Object> generate = new ArrayList<>(List.of("generate", "x", "--model", Cli.MODEL));
      generate.addAll(List.of("--steps", 1, "--threads", 1, "--size", "16x24", "--out", out));
      starts.add(
          process(
              List.of("-Duser.home=" + home, "-XX:ErrorFile=" + dir.resolve("crash%p.log")),
              generate));
    }
    for (Process start : starts) {
      assertThat(start.waitFor(10, TimeUnit.MINUTES)).isTrue();
      assertThat(start.exitValue()).as(said(start)).isZero();
    }
    assertThat(home).as("what they unpacked").isNotEmptyDirectory();
  }

  @Test
  void c19WhatIsNotFinite() throws IOException {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e30f}) {
      Map<String, TensorData> bad = reference();
      float[] b = new float[WIDTH];
      Arrays.fill(b, value);
      bad.put(
          "base_model.model." + LAYER.formatted(1) + ".lora_B.weight", TensorData.of(b, WIDTH, 1));
      Path adapter = peft("bad", bad);
      String what = Float.toString(value);
      if (value
          == 1e30f) { // a number, but not in half precision, and not what networks compute with
        Cli.Result half =
            Cli.run(
                "merge",
                adapter,
                "--model",
                Cli.MODEL,
                "--dtype",
                "f16",
                "--out",
                dir.resolve("m"));
        refused(half, LAYER.formatted(1), "not finite");
      } else {
        refused(
            Cli.run("merge", adapter, "--model", Cli.MODEL, "--out", dir.resolve("m")),
            "not finite");
        assertThat(draw("--adapter", adapter)).as(what).asString().contains("not finite");
        refused(Cli.run("eval", recipe, "--adapter", adapter), "not finite");
      }
    }
    Path model = copy(Cli.MODEL, dir.resolve("model"));
    Path weights = model.resolve("transformer/diffusion_pytorch_model.safetensors");
    Map<String, TensorData> huge = new TreeMap<>();
    try (TensorStore store = TensorStore.open(weights);
        Scope scope = new Scope()) {
      for (String name : store.names()) {
        float[] values = Tensors.floats(store.tensor(name, DType.F32));
        if (name.startsWith("proj_out")) {
          Arrays.fill(values, 1e30f);
        }
        huge.put(name, TensorData.of(values, store.entry(name).shape()));
      }
    }
    Files.delete(weights);
    SafetensorsWriter.write(weights, huge, Map.of());
    Object drawn = draw("--model", model);
    assertThat(drawn).as("a picture of such weights is none").isInstanceOf(String.class);
    assertThat(drawn).asString().contains("not finite");
  }

  @Test
  void c23RewardsWithoutSignal() {
    for (String rewards :
        List.of(
            "[{name: constant}]",
            "[{name: jpeg_compressibility, weight: 0}]",
            "[{name: jpeg_compressibility},{name: jpeg_incompressibility}]")) {
      Cli.Result result = train(dir.resolve("run" + rewards.hashCode()), "rewards=" + rewards);
      assertThat(result.out() + result.err()).as(rewards).contains("equal rewards");
    }
  }

  /** Killed before the first checkpoint after that of step 0, and resumed. */
  @Test
  void c25StepsOfAKilledRunAreShownOnce() throws Exception {
    Path run = dir.resolve("run");
    String[] settings = {"rollouts=40", "checkpoints.every=40"};
    Process first = training(run, settings);
    awaitRollout(first, run, 3);
    first.destroyForcibly().waitFor();
    Path board = run.resolve("tensorboard");
    assertThat(EventFile.steps(board, "train/reward_mean")).startsWith(1L, 2L);

    Cli.Result resumed = train(run, settings[0], settings[1], "--resume");
    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(EventFile.in(board)).hasSize(2);
    for (String tag : List.of("train/reward_mean", "train/policy_loss")) {
      assertThat(EventFile.steps(board, tag)).as(tag).isEqualTo(steps(40));
    }
  }

  @Test
  void c36ASecondTrainerOfARun() throws Exception {
    Path run = dir.resolve("run");
    Process first = training(run, "rollouts=60");
    awaitRollout(first, run, 3);
    refused(
        train(run, "rollouts=60", "--resume"), "is being trained by process " + first.pid() + "@");
    assertThat(first.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(first.exitValue()).as(said(first)).isZero();
    Matcher step =
        Pattern.compile("\"rollout_finished\",\"step\":(\\d+)")
            .matcher(Files.readString(run.resolve("metrics.jsonl")));
    assertThat(step.results().map(r -> Long.valueOf(r.group(1)))).isEqualTo(steps(60));
  }

  private static List<Long> steps(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private Process training(Path run, String... settings) throws IOException {
    List<Object> all = new ArrayList<>(List.of("train", recipe, "--out", run));
    for (String setting : settings) {
      all.addAll(List.of("--set", setting));
    }
    return process(List.of(), all);
  }

  /** The command line in a process of its own. */
  private Process process(List<String> jvm, List<Object> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Meander.class.getName()));
    arguments.forEach(a -> command.add(a.toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static void awaitRollout(Process training, Path run, int step) throws Exception {
    Path metrics = run.resolve("metrics.jsonl");
    String wanted = "\"rollout_finished\",\"step\":" + step;
    while (!Files.exists(metrics) || !Files.readString(metrics).contains(wanted)) {
      assertThat(training.isAlive()).as(wanted).isTrue();
      Thread.sleep(5);
    }
  }

  @Test
  void c26MarksAndOtherAnswers() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          String[] path = exchange.getRequestURI().getRawPath().split("/");
          String text = URLDecoder.decode(path[2], StandardCharsets.UTF_8);
          byte[] body =
              "{\"choices\": [{\"finish_reason\": \"%s\", \"message\": {\"content\": \"%s\"}}]}"
                  .formatted(path[1], text)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      for (String answer :
          List.of(
              "length/shows 3 red",
              "length/<think>It is 1",
              "stop/I see 2 red circles.",
              "length/1",
              "stop/-1")) {
        assertThat(judged(server, answer).status()).as(answer).isNotZero();
      }
      assertThat(judged(server, "stop/4").out()).contains("0.7500");
      assertThat(judged(server, "stop/Score: 4").out()).contains("0.7500");
    } finally {
      server.stop(0);
    }
  }

  private Cli.Result judged(HttpServer server, String answer) throws IOException {
    String[] parts = answer.split("/", 2);
    String endpoint =
        "http://127.0.0.1:%d/%s/%s/v1"
            .formatted(
                server.getAddress().getPort(),
                parts[0],
                URLEncoder.encode(parts[1], StandardCharsets.UTF_8));
    Path picture = dir.resolve("p.png");
    Png.write(picture, new Image(8, 8, new byte[192]));
    return Cli.run(
        "score",
        "--reward",
        "vlm_judge={endpoints: [\"%s\"], model: x, rating: {type: rubric}, connection: {retries: 0}}"
            .formatted(endpoint),
        "--prompt",
        "a star",
        picture);
  }

  @Test
  void c28And29OtherKindsOfFiles() throws IOException {
    Path types =
        file(
            "types.safetensors",
            Map.of(
                "a", TensorData.of(new float[] {1}, 1),
                "mark", TensorData.of(DType.F8_E4M3, new long[] {0}, ByteBuffer.allocate(0)),
                "n", TensorData.of(DType.U16, new long[] {1}, ByteBuffer.allocate(2))),
            Map.of());
    Cli.Result fp8 = Cli.run("inspect", types);
    assertThat(fp8.status()).as(fp8.err()).isZero();
    assertThat(fp8.out()).contains("f8_e4m3", "not computed with here");
    byte[] header =
        "{\"__metadata__\":null,\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + 4).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    Path none =
        Files.write(
            dir.resolve("null.safetensors"), bytes.putLong(header.length).put(header).array());
    assertThat(Cli.run("inspect", none).status()).isZero();

    Path single =
        file(
            "single.safetensors",
            Map.of(
                "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight",
                TensorData.of(new float[3], 3, 1)),
            Map.of());
    assertThat(draw("--model", single)).asString().contains("single file", "from_single_file");
    assertThat(Cli.run("inspect", single).out()).contains("a whole model in a single file");
    Path packed =
        file(
            "nf4.safetensors",
            Map.of(
                "a.weight", TensorData.of(DType.U8, new long[] {4, 1}, ByteBuffer.allocate(4)),
                "a.weight.absmax", TensorData.of(new float[1], 1)),
            Map.of());
    assertThat(Cli.run("inspect", packed).out()).contains("quantised (a.weight.absmax)");
    Path gguf =
        Files.write(
            dir.resolve("flux.gguf"),
            "GGUF\3\0\0\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII));
    refused(Cli.run("inspect", gguf), "it is a GGUF file");

    Path model = copy(Cli.MODEL, dir.resolve("model"));
    Path config = model.resolve("transformer/config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst(
                "\\{", "{\"quantization_config\": {\"quant_method\": \"bitsandbytes\"},"));
    assertThat(draw("--model", model)).asString().contains("quantised", "bitsandbytes");
    assertThat(Cli.run("inspect", model).out()).contains("transformer is quantised (bitsandbytes)");
    assertThat(draw("--model", Cli.MODEL.resolve("transformer")))
        .asString()
        .contains("one part of a model");
  }

  /** By Pillow: CMYK, K = 127 and the others 0. */
  private static final String CMYK =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBg"
          + "gLCAkKCgoKCgYICwwLCgwJCgoK/8AAFAgAIAAgBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgME"
          + "BQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJCh"
          + "YXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqi"
          + "o6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASw"
          + "AAPwD9/K/fyv38ooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooor//2Q==";

  @Test
  void c32PicturesAsPillowReadsThem() throws IOException {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "score",
                "--reward",
                "mean_color={target: [128, 128, 128]}",
                "--prompt",
                "x",
                "--json"));
    for (int type :
        new int[] {
          BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_INT_RGB
        }) {
      int level = type == BufferedImage.TYPE_USHORT_GRAY ? 128 * 257 : 128;
      BufferedImage grey = even(new BufferedImage(16, 16, type), level);
      for (String format : List.of("png", "jpg")) {
        Path file = dir.resolve("grey-" + type + "." + format);
        if (ImageIO.write(grey, format, file.toFile())) {
          all.add(file);
        }
      }
    }
    ColorModel opaque =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_BYTE);
    BufferedImage alpha =
        new BufferedImage(opaque, opaque.createCompatibleWritableRaster(16, 16), false, null);
    for (int i = 0; i < 256; i++) {
      alpha.getRaster().setPixel(i % 16, i / 16, new int[] {128, 255});
    }
    Path grey = dir.resolve("alpha.png");
    assertThat(ImageIO.write(alpha, "png", grey.toFile())).isTrue();
    all.add(grey);
    all.add(Files.write(dir.resolve("cmyk.jpg"), Base64.getDecoder().decode(CMYK)));
    for (JsonNode image : Cli.run(all.toArray()).json().path("images")) {
      assertThat(image.path("scores").path("mean_color").asDouble())
          .as(image.path("image").asText())
          .isEqualTo(1);
    }
    byte[] ramp = new byte[16];
    for (int i = 0; i < 16; i++) {
      ramp[i] = (byte) (17 * i);
    }
    IndexColorModel sixteen = new IndexColorModel(4, 16, ramp, ramp, ramp);
    BufferedImage few = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_BINARY, sixteen);
    Path four = dir.resolve("four.png");
    ImageIO.write(even(few, 8), "png", four.toFile());
    assertThat(Cli.run(Stream.concat(all.stream().limit(5), Stream.of(four)).toArray()).out())
        .as("8 of 15 is 136 of 255")
        .contains("0.9686");
  }

  private static BufferedImage even(BufferedImage image, int level) {
    int[] samples = new int[image.getRaster().getNumBands()];
    Arrays.fill(samples, level);
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      image.getRaster().setPixel(i % image.getWidth(), i / image.getWidth(), samples);
    }
    return image;
  }
}
