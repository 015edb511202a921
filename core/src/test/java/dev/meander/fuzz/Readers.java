package dev.meander.fuzz;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Overrides;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.EventJson;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.event.TensorBoardSink;
import dev.meander.fuzz.Target.Form;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.internal.report.Report;
import dev.meander.internal.report.Trajectory;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import dev.meander.model.ModelSizes;
import dev.meander.nn.SavedLora;
import dev.meander.preference.PreferenceReaders;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.recipe.Recipes;
import dev.meander.reward.GenEvalMetadata;
import dev.meander.reward.remote.RemoteReaders;
import dev.meander.tensor.Scope;
import dev.meander.testing.ExampleEvents;
import dev.meander.text.ClipTokenizer;
import dev.meander.text.T5Tokenizer;
import dev.meander.text.TextOptions;
import dev.meander.train.RunReaders;
import dev.meander.train.TrainConfig;
import dev.meander.weights.DType;
import dev.meander.weights.TensorStore;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bytedeco.pytorch.Tensor;

/** Every reader of the library, with inputs that it likes, in a scratch folder. */
final class Readers {
  private static final Path FIXTURES = Path.of("src/test/resources/parity");

  private final Path temp;
  private final List<Target> targets = new ArrayList<>();

  private Readers(Path temp) {
    this.temp = temp;
  }

  /** All targets. */
  static List<Target> all(Path temp) {
    Readers readers = new Readers(temp);
    try {
      readers.weights();
      readers.adapters();
      readers.models();
      readers.preferences();
      readers.tokenizers();
      readers.settings();
      readers.prompts();
      readers.pictures();
      readers.remote();
      readers.runs();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return readers.targets;
  }

  private void add(String name, Form form, List<byte[]> seeds, Target.Reader reader) {
    targets.add(new Target(name, form, seeds, reader));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<byte[]> texts(String... texts) {
    return Arrays.stream(texts).map(Readers::bytes).toList();
  }

  private static byte[] fixture(String file) throws IOException {
    return Files.readAllBytes(FIXTURES.resolve(file));
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  private void weights() throws IOException {
    Path file = temp.resolve("w.safetensors");
    add(
        "safetensors",
        Form.SAFETENSORS,
        List.of(small(), adapter("", "a", new long[] {2, 3}, "")),
        input -> {
          Files.write(file, input);
          try (Scope scope = new Scope();
              TensorStore store = TensorStore.open(file)) {
            for (String name : store.names()) {
              Tensor loaded =
                  store.entry(name).dtype().isComputed() ? store.placed(name, DType.F32) : null;
              if (loaded != null) {
                loaded.sum().item();
                store.view(name).sum().item();
              }
            }
          }
        });
    Path shards = Files.createDirectories(temp.resolve("shards"));
    Files.write(shards.resolve("a-00001-of-00002.safetensors"), small());
    Files.write(shards.resolve("a-00002-of-00002.safetensors"), small());
    Path index = shards.resolve("model.safetensors.index.json");
    add(
        "shard-index",
        Form.JSON,
        texts(
            "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\"a\": \"a-00001-of-00002.safetensors\", \"b\": \"a-00002-of-00002.safetensors\"}}"),
        input -> {
          Files.write(index, input);
          try (TensorStore store = TensorStore.open(shards)) {
            store.catalog();
          }
        });
  }

  private static byte[] small() {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]},"
            + "\"c\":{\"dtype\":\"I8\",\"shape\":[2,0],\"data_offsets\":[10,10]},\"d\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[10,12]}}";
    return safetensors(header, new byte[12]);
  }

  private static byte[] safetensors(String header, byte[] data) {
    byte[] json = bytes(header);
    return java.nio.ByteBuffer.allocate(8 + json.length + data.length)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }

  private void adapters() throws IOException {
    Map<String, long[]> layers = new TreeMap<>();
    try (TensorStore model = TensorStore.open(FIXTURES.resolve("pipe-sd3/transformer"))) {
      for (String name : model.names()) {
        long[] shape = model.entry(name).shape();
        if (name.endsWith(".weight") && shape.length == 2) {
          layers.put(name.substring(0, name.length() - ".weight".length()), shape);
        }
      }
    }
    String layer = "transformer_blocks.0.attn.to_q";
    long[] size = layers.get(layer);
    Path peft = Files.createDirectories(temp.resolve("peft"));
    Files.write(
        peft.resolve("adapter_model.safetensors"), adapter("base_model.model.", layer, size, ""));
    Consumer<Path> read =
        path -> {
          try (Scope scope = new Scope()) {
            SavedLora lora = SavedLora.read(path, layers);
            lora.layers().forEach(lora::delta);
          }
        };
    add(
        "adapter-config",
        Form.JSON,
        List.of(
            bytes(
                "{\"peft_type\":\"LORA\",\"r\":1,\"lora_alpha\":4,\"target_modules\":[\"attn.to_q\"],\"bias\":\"none\",\"rank_pattern\":{\"^x\":2},\"alpha_pattern\":{\"to_q\":3.5},"
                    + "\"use_rslora\":false,\"init_lora_weights\":\"gaussian\",\"layers_to_transform\":null,\"exclude_modules\":null}"),
            bytes(
                "{\"peft_type\":\"LORA\",\"r\":1,\"lora_alpha\":4,\"target_modules\":\"transformer_blocks\\\\.0\\\\.attn\\\\.to_q\"}"),
            fixture("lora-patterns/adapter_config.json")),
        input -> {
          Files.write(peft.resolve("adapter_config.json"), input);
          read.accept(peft);
        });
    Path file = temp.resolve("adapter.safetensors");
    String metadata =
        ",\"lora_adapter_metadata\":\"{\\\"transformer.r\\\":1,\\\"transformer.lora_alpha\\\":2,\\\"transformer.target_modules\\\":[\\\"attn.to_q\\\"]}\"";
    add(
        "adapter-names",
        Form.SAFETENSORS,
        List.of(
            adapter("transformer.", layer, size, ""),
            adapter("", layer, size, ",\"lora_alpha\":\"4\""),
            adapter("transformer.", layer, size, metadata)),
        input -> {
          Files.write(file, input);
          read.accept(file);
        });
  }

  private static byte[] adapter(String prefix, String layer, long[] size, String metadata) {
    int a = (int) (4 * size[1]);
    int b = (int) (4 * size[0]);
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"%s},\"%s.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[1,%d],\"data_offsets\":[0,%d]},\"%s.lora_B.weight\":{\"dtype\":\"F32\",\"shape\":[%d,1],\"data_offsets\":[%d,%d]}}"
            .formatted(metadata, prefix + layer, size[1], a, prefix + layer, size[0], a, a + b);
    return safetensors(header, new byte[a + b]);
  }

  private void models() throws IOException {
    for (String model : List.of("pipe-sd3", "pipe-flux-dev")) {
      Path directory = copy(FIXTURES.resolve(model), temp.resolve(model));
      List<String> files;
      try (Stream<Path> all = Files.walk(directory)) {
        files =
            all.map(f -> directory.relativize(f).toString().replace('\\', '/'))
                .filter(f -> f.endsWith("config.json") || f.equals("model_index.json"))
                .filter(f -> !f.startsWith("tokenizer"))
                .sorted()
                .toList();
      }
      for (String file : files) {
        byte[] right = Files.readAllBytes(directory.resolve(file));
        add(
            (model + "-" + file.replace(".json", "")).replaceAll("[/_]", "-"),
            Form.JSON,
            List.of(right),
            input -> {
              Files.write(directory.resolve(file), input);
              try {
                ModelSizes sizes = ModelSizes.read(directory, TextOptions.tokens(2));
                ConfigWriter.toYaml((Record) sizes.transformer());
              } finally {
                Files.write(directory.resolve(file), right);
              }
            });
      }
    }
  }

  private void preferences() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("preference"));
    Path open = folder.resolve("open_clip_config.json");
    Path clip = folder.resolve("config.json");
    Path pictures = folder.resolve("preprocessor_config.json");
    add(
        "open-clip-config",
        Form.JSON,
        List.of(fixture("pref-hpsv2/open_clip_config.json")),
        input -> PreferenceReaders.openClip(Files.write(open, input)));
    add(
        "clip-config",
        Form.JSON,
        List.of(fixture("pref-clip/config.json")),
        input -> PreferenceReaders.clip(Files.write(clip, input)));
    add(
        "preprocessor-config",
        Form.JSON,
        List.of(fixture("pref-clip/preprocessor_config.json")),
        input -> PreferenceReaders.processor(Files.write(pictures, input).getParent()));
  }

  private void tokenizers() throws IOException {
    Path whole = copy(FIXTURES.resolve("pipe-sd3/tokenizer"), temp.resolve("clip-whole"));
    Path parts = copy(whole, temp.resolve("clip-parts"));
    Files.delete(parts.resolve("tokenizer.json"));
    for (String file :
        List.of("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt")) {
      Path clip = file.equals("tokenizer.json") ? whole : parts;
      byte[] right = Files.readAllBytes(clip.resolve(file));
      add(
          "clip-" + file.replaceAll("\\..*", "").replace('_', '-'),
          file.endsWith(".txt") ? Form.TEXT : Form.JSON,
          List.of(right),
          input -> {
            Files.write(clip.resolve(file), input);
            try (ClipTokenizer tokenizer = ClipTokenizer.load(clip)) {
              tokenizer.encode("a photo of two red circles", tokenizer.maxLength());
            } finally {
              Files.write(clip.resolve(file), right);
            }
          });
    }
    Path t5 = Files.createDirectories(temp.resolve("t5"));
    add(
        "t5-tokenizer",
        Form.JSON,
        List.of(fixture("pipe-flux-dev/tokenizer_2/tokenizer.json")),
        input -> {
          Files.write(t5.resolve("tokenizer.json"), input);
          try (T5Tokenizer tokenizer = T5Tokenizer.load(t5)) {
            tokenizer.encode("a photo of two red circles", 8);
          }
        });
  }

  private void settings() {
    Path recipe = temp.resolve("recipe.yaml");
    List<byte[]> recipes = new ArrayList<>();
    for (String name : List.of("quickstart", "toybox-tp-grpo", "sd35m-flow-grpo-pickscore")) {
      recipes.add(bytes(Recipes.text(name)));
      recipes.add(bytes(ConfigWriter.toTree(Recipes.load(name, List.of())).toString()));
    }
    recipes.add(
        bytes("extends: quickstart\nname: x\npolicy: {lora: {from: runs/x, rank: null}}\n"));
    Target.Reader read =
        input -> {
          Files.write(recipe, input);
          TrainConfig config = Recipes.load(recipe.toString(), List.of());
          String yaml = ConfigWriter.toYaml(config);
          TrainConfig again =
              Binder.bind(ConfigFile.parse(yaml, "written"), TrainConfig.class, "written");
          if (!again.equals(config)) {
            throw new AssertionError("written and read again it is another recipe:\n" + yaml);
          }
        };
    add("recipe", Form.JSON, recipes, read);
    add("recipe-text", Form.TEXT, recipes.subList(0, 1), read);
    ObjectNode quickstart = ConfigFile.parse(Recipes.text("quickstart"), "quickstart");
    add(
        "override",
        Form.TEXT,
        texts(
            "rollouts=3",
            "rewards[0].weight=2.5",
            "method.window={type: fixed, size: 2}",
            "a.b=[1, {c: d}]"),
        input -> {
          List<String> one = List.of(new String(input, StandardCharsets.UTF_8));
          Overrides.apply(quickstart, one).toString();
        });
    Path json = temp.resolve("any.json");
    add(
        "json",
        Form.TEXT,
        texts("{\"a\": [1, -2.5e3, true, null, \"x\"], \"b\": {\"c\": {}}}", "[1]", "\"a\""),
        input -> {
          Files.write(json, input);
          ConfigFile.read(json).toString();
        });
  }

  private void prompts() throws IOException {
    Path text = temp.resolve("p.txt");
    add(
        "prompts-txt",
        Form.TEXT,
        List.of(bytes("a red circle\na star\r\nün café\n"), bytes("one")),
        input -> {
          Files.write(text, input);
          whole(PromptSet.load(text));
        });
    Path jsonl = temp.resolve("p.jsonl");
    add(
        "prompts-jsonl",
        Form.JSON,
        List.of(
            bytes(
                "{\"prompt\":\"a photo of two red circles\",\"tag\":\"counting\",\"include\":[{\"class\":\"circle\",\"count\":2,\"color\":\"red\"},{\"class\":\"star\",\"count\":1,\"position\":[\"left of\",0]}],\"exclude\":[{\"class\":\"circle\",\"count\":3}]}"),
            Files.readAllBytes(Path.of("src/test/resources/prompts/train.txt"))),
        input -> {
          Files.write(jsonl, input);
          for (Prompt prompt : whole(PromptSet.load(jsonl)).prompts()) {
            GenEvalMetadata.parse(prompt.metadata(), prompt.id());
          }
        });
  }

  private static PromptSet whole(PromptSet prompts) {
    for (Prompt prompt : prompts.prompts()) {
      if (prompt.text().isBlank() || prompt.text().indexOf('\0') >= 0) {
        throw new AssertionError("a prompt that no tokenizer reads: " + prompt.text());
      }
    }
    return prompts;
  }

  private void pictures() throws IOException {
    BufferedImage picture = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
    BufferedImage grey = new BufferedImage(5, 5, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage palette = new BufferedImage(6, 4, BufferedImage.TYPE_BYTE_INDEXED);
    BufferedImage alpha = new BufferedImage(4, 4, BufferedImage.TYPE_4BYTE_ABGR);
    for (int i = 0; i < 63; i++) {
      picture.setRGB(i % 9, i / 9, 0x030507 * i);
    }
    for (String format : List.of("png", "jpeg", "gif", "bmp")) {
      List<byte[]> seeds = new ArrayList<>();
      for (BufferedImage one : List.of(picture, grey, palette, alpha)) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (ImageIO.write(one, format, out)) {
          seeds.add(out.toByteArray());
        }
      }
      add(format, Form.BYTES, seeds, Readers::picture);
    }
    add("picture", Form.BYTES, List.of(new byte[0], bytes("II*\0\b\0\0\0")), Readers::picture);
  }

  private static void picture(byte[] input) {
    try {
      Image image = Png.decode(input);
      image.at(image.width() - 1, image.height() - 1, 2);
    } catch (IOException e) {
      throw new UserError(String.valueOf(e.getMessage()), e);
    }
  }

  private void remote() {
    add("reward-request", Form.JSON, List.of(RemoteReaders.aRequest()), RemoteReaders::request);
    add(
        "reward-answer",
        Form.JSON,
        texts(
            "{\"protocol\":\"meander-reward/1\",\"request\":\"r1\",\"scores\":[{\"id\":\"0\",\"score\":0.5},{\"id\":\"1\",\"score\":-1e3}]}"),
        RemoteReaders::answer);
    String chat =
        "{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null,\"reasoning_content\":null},"
            + "\"logprobs\":{\"content\":[{\"token\":\"%s\",\"logprob\":-0.1,\"top_logprobs\":[{\"token\":\"%s\",\"logprob\":-0.3},{\"token\":\"No\",\"logprob\":-1.5}]}]}}]}";
    String marks = "Alignment Score (1-5): 2.5\\nCoherence Score (1-5): 3\\nStyle Score (1-5): 4.0";
    for (String comparison : List.of("conclusion", "one_or_two")) {
      add(
          "pair-" + comparison.replace('_', '-'),
          Form.JSON,
          texts(
              chat.formatted("Both are red. Image 1 is better.", "1", "1"),
              chat.formatted("<think>x</think><answer>Image 2 is better</answer>", "2", "2"),
              chat.formatted("Both images are equally good.", "1", "2")
                  .replace("top_logprobs", "top_probs")
                  .replace("logprob\"", "prob\"")),
          input -> RemoteReaders.pair(comparison, input));
    }
    for (String rating :
        List.of("yes_no", "rubric", "unified_reward", "{type: rubric, expected: true}")) {
      String name = rating.startsWith("{") ? "rubric-expected" : rating.replace('_', '-');
      add(
          "chat-" + name,
          Form.JSON,
          texts(
              chat.formatted("Yes", "Yes", "yes"),
              chat.formatted("4", "4", "4"),
              chat.formatted(marks, "4", "4"),
              chat.formatted("Score: **4**/5", "4", "3"),
              chat.formatted("The final score is 3 out of 5.", "3", "3")),
          RemoteReaders.chat(rating)::accept);
    }
  }

  private void runs() throws IOException {
    Path run = Files.createDirectories(temp.resolve("run"));
    Files.createDirectories(run.resolve("traces"));
    TraceStore traces = new TraceStore(run);
    List<byte[]> seeds = new ArrayList<>();
    for (RolloutTrace.Kind kind : RolloutTrace.Kind.values()) {
      traces.write(trace(kind));
      seeds.add(Files.readAllBytes(traces.file(1)));
    }
    add(
        "trace",
        Form.JSON,
        seeds,
        input -> {
          Files.write(traces.file(1), input);
          Trajectory found =
              Trajectory.find(traces, OptionalLong.of(1), Optional.empty(), OptionalInt.empty());
          for (RolloutTrace.Term term : found.numbers().terms()) {
            found.steps(term);
            found.start(term);
          }
        });
    Path metrics = run.resolve("metrics.jsonl");
    List<byte[]> lines =
        ExampleEvents.all().stream()
            .map(e -> EventJson.write(new Stamped(Instant.EPOCH, e)) + "\n")
            .map(Readers::bytes)
            .collect(Collectors.toCollection(ArrayList::new));
    Path board = temp.resolve("board");
    add(
        "metrics",
        Form.JSON,
        lines,
        input -> {
          Files.write(metrics, input.length == 0 ? input : Arrays.copyOf(input, input.length + 1));
          try (var channel =
              java.nio.channels.FileChannel.open(metrics, java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(bytes("\n")), input.length);
          }
          List<Stamped> events = MetricsFile.read(metrics);
          try (TensorBoardSink sink = new TensorBoardSink(board, run)) {
            for (Stamped event : events) {
              if (!(event.event() instanceof Event.SamplesDrawn)) {
                sink.accept(event);
              }
            }
          }
          Report.write(run);
          delete(board);
        });
    add(
        "tensorboard-names",
        Form.TEXT,
        texts(
            "events.out.tfevents.0000000007.meander.0000",
            "events.out.tfevents.99999999999.host\nx.tfevents.1"),
        input -> names(input, run));
    add(
        "provenance",
        Form.JSON,
        texts(
            "{\"version\":\"1\",\"seeds\":{\"run\":1},\"sha256\":{\"src/test/resources/parity/pipe-sd3/model_index.json\":\"00\",\"b\":\"11\"}}"),
        input -> RunReaders.provenance(run, input));
    add("state", Form.JSON, List.of(RunReaders.aState()), RunReaders::state);
  }

  /** Whatever lies in the folder, the file of a new process comes last. */
  private void names(byte[] input, Path run) throws IOException {
    Path board = Files.createDirectories(temp.resolve("names"));
    List<String> before = new ArrayList<>();
    for (String name : new String(input, StandardCharsets.UTF_8).split("\n")) {
      try {
        String plain = name.replace("/", "").replace("\0", "");
        if (!plain.isBlank() && plain.length() < 100 && !plain.startsWith(".")) {
          Files.write(board.resolve(plain), new byte[0]);
          before.add(plain);
        }
      } catch (InvalidPathException | IOException e) {
        continue; // no name of a file
      }
    }
    try (TensorBoardSink sink = new TensorBoardSink(board, run)) {
      sink.accept(new Stamped(Instant.EPOCH, ExampleEvents.rollout(1)));
    }
    try (Stream<Path> files = Files.list(board)) {
      String made =
          files
              .map(f -> f.getFileName().toString())
              .filter(f -> !before.contains(f))
              .findFirst()
              .orElseThrow();
      for (String other : before) {
        boolean dated = other.matches("events\\.out\\.tfevents\\.[0-8][0-9]{9}\\..*");
        if (dated && other.compareTo(made) > 0) {
          throw new AssertionError(made + " comes before " + other);
        }
      }
    }
    delete(board);
  }

  private static RolloutTrace trace(RolloutTrace.Kind kind) {
    int images = kind == RolloutTrace.Kind.FINAL ? 1 : kind == RolloutTrace.Kind.STEPS ? 3 : 2;
    RolloutTrace.Term term =
        new RolloutTrace.Term(
            "r", new float[images], new float[0], new float[] {1, 2}, new boolean[2]);
    RolloutTrace.Row row =
        new RolloutTrace.Row(
            "a star", 0, 0, true, new float[2], new boolean[2], List.of(term), List.of());
    return new RolloutTrace(1, kind, 4, new int[] {0, 1}, new double[] {1, 1}, List.of(row, row));
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
