package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.generate.Generator;
import dev.meander.generate.TrainedWeights;
import dev.meander.image.Grid;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.model.Pipeline;
import dev.meander.prompt.Prompt;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import dev.meander.text.CutPrompts;
import dev.meander.text.TextOptions;
import dev.meander.train.PromptSource;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander generate}. */
@Command(
    name = "generate",
    header = "Make images from prompts.",
    description = {
      "",
      "Writes a sheet of all images, each above its prompt, as a PNG file; or with --out-dir every image by itself.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander generate \"a photo of two red circles\" --count 8",
      "  meander generate \"a photo of a blue star\" --adapter runs/quickstart --guidance 3 --out star.png",
      "  meander generate --file prompts.txt --seed 7 --steps 40",
      "  meander generate --file prompts.jsonl --count 4 --out-dir pictures",
      "  meander score --reward compositional --metadata pictures/metadata.jsonl pictures/*.png",
      "",
      "A prompt file is .txt (a prompt a line) or .jsonl (an object with \"prompt\" a line). With --noise the file's"
          + " tensor `noise` [N, C, h, w] is the starting noise of N images; --save-latents writes `noise`, `latents`"
          + " and `image` (0 to 1), for comparison with other programs."
    })
final class GenerateCommand implements Callable<Integer> {
  private static final int COLUMNS = 8;
  private static final int SHOWN_WIDTH = 192;

  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(paramLabel = "PROMPT", arity = "0..*", description = "What to draw.")
  private List<String> prompts = new ArrayList<>();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "More prompts, from a file or a named set such as toybox:heldout.")
  private String file;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "DIR",
      defaultValue = "models/toybox-sd3",
      description = "Model directory in diffusers' layout (default: ${DEFAULT-VALUE}).")
  private String model;

  @Option(
      names = {"-a", "--adapter"},
      paramLabel = "DIR",
      description = "What a run trained: its adapter, or the run directory.")
  private Path adapter;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "Images of each prompt (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the noise (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Steps of the ODE sampler (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = {"-g", "--guidance"},
      paramLabel = "SCALE",
      defaultValue = "1",
      description = "Guidance scale; 1 or less means none (default: ${DEFAULT-VALUE}).")
  private double guidance;

  @Option(
      names = "--embedded-guidance",
      paramLabel = "SCALE",
      defaultValue = "3.5",
      description =
          "Embedded guidance scale of guidance-distilled models such as FLUX.1-dev; ignored by others (default:"
              + " ${DEFAULT-VALUE}).")
  private double embeddedGuidance;

  @Option(
      names = "--negative",
      paramLabel = "PROMPT",
      defaultValue = "",
      description = "What guidance leads away from (default: the empty prompt).")
  private String negative;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      description = "Height and width in pixels (default: the model's own).")
  private String size;

  @Option(
      names = "--tiled",
      description =
          "Decode images larger than the autoencoder was made for in overlapping tiles: less memory.")
  private boolean tiled;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The sheet (default: meander.png, or none with --out-dir).")
  private Path out;

  @Option(
      names = "--out-dir",
      paramLabel = "DIR",
      description =
          "A new or empty folder for every image by itself, 0000-PROMPT.png and so on, and metadata.jsonl with a line for each:"
              + " what meander score takes.")
  private Path outDir;

  @Option(names = "--overwrite", description = "Replace the images that --out-dir holds.")
  private boolean overwrite;

  @Option(
      names = "--noise",
      paramLabel = "FILE",
      description = "Take the starting noise from a safetensors file.")
  private Path noise;

  @Option(
      names = "--save-latents",
      paramLabel = "FILE",
      description = "Write noise, final latents and images to a safetensors file.")
  private Path saveLatents;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images made at once (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "float32",
      description =
          "float32 or bfloat16: what the transformer is computed in (default: ${DEFAULT-VALUE}).")
  private TrainConfig.Precision dtype;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "cpu, or cuda with the engine's build for it (default: ${DEFAULT-VALUE}).")
  private Hardware device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of the tensor engine; 0 means all processors.")
  private int threads;

  @Override
  public Integer call() {
    requirePositive("--count", count);
    requirePositive("--steps", steps);
    requirePositive("--batch-size", batchSize);
    List<Prompt> all = prompts();
    List<String> texts = all.stream().map(Prompt::text).toList();
    Optional<ImageFolder> folder = Optional.ofNullable(outDir).map(ImageFolder::new);
    folder.ifPresent(
        f -> {
          f.requireFree(overwrite);
          requireWritable(f.root().resolve("image.png"));
        });
    if (out == null && outDir == null) {
      out = Path.of("meander.png");
    }
    if (out != null) {
      requireWritable(out);
    }
    if (saveLatents != null) {
      requireWritable(saveLatents);
    }
    Engine.start(threads);
    Engine.use(device);
    long start = System.nanoTime();
    try (Pipeline pipeline =
        Pipeline.load(Home.resolve(model), dtype.engine(), TextOptions.usual())) {
      if (adapter != null) {
        TrainedWeights.apply(pipeline, adapter);
      }
      CutPrompts.message(pipeline.prompts().limits(), texts)
          .ifPresent(text -> meander.console().err().println("warning: " + text));
      Generator generator =
          new Generator(
              pipeline,
              new Generator.Settings(steps, guidance, embeddedGuidance, negative, batchSize, tiled),
              meander.console().terminal(json.on));
      Generator.Pictures pictures =
          noise == null
              ? generator.fromSeed(texts, count, seed, shape(pipeline))
              : generator.fromFile(texts, count, noise);
      if (saveLatents != null) {
        pictures.save(saveLatents);
      }
      int images = pictures.images().size();
      List<Prompt> each =
          IntStream.range(0, images).mapToObj(i -> all.get(i * all.size() / images)).toList();
      List<Path> files = folder.map(f -> f.write(each, pictures.images())).orElse(List.of());
      Optional<Grid.Sheet> sheet = Optional.ofNullable(out).map(file -> draw(pictures));
      report(sheet, files, pictures, (System.nanoTime() - start) / 1e9);
    }
    return 0;
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new UserError(option + " must be at least 1, not " + value);
    }
  }

  /** Checks this before the work, so that a mistake costs nothing. */
  private static void requireWritable(Path target) {
    Path directory = target.toAbsolutePath().getParent();
    if (Files.isDirectory(target)) {
      throw new UserError(target + " is a directory; give the name of a file");
    }
    while (!Files.exists(directory)) {
      directory = directory.getParent();
    }
    if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw new UserError("cannot write " + target + ": no permission to write in " + directory);
    }
  }

  private List<Prompt> prompts() {
    List<Prompt> all = new ArrayList<>();
    prompts.forEach(text -> all.add(Prompt.of("", text)));
    if (file != null) {
      all.addAll(PromptSource.load(file).prompts());
    }
    if (all.isEmpty()) {
      throw new UserError("nothing to draw: give a prompt, or a file of prompts with --file");
    }
    return all;
  }

  private long[] shape(Pipeline pipeline) {
    int side = pipeline.transformer().nativeSide() * pipeline.vae().config().downscale();
    if (size == null) {
      return pipeline.latentShape(side, side);
    }
    if (!size.matches("[0-9]{1,5}x[0-9]{1,5}")) {
      throw new UserError("--size must be like 64x64 (height x width), not " + size);
    }
    String[] sides = size.split("x");
    return pipeline.latentShape(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
  }

  private Grid.Sheet draw(Generator.Pictures pictures) {
    List<Grid.Tile> tiles = new ArrayList<>();
    for (int i = 0; i < pictures.images().size(); i++) {
      tiles.add(Grid.Tile.of(pictures.images().get(i), pictures.prompts().get(i)));
    }
    Image first = pictures.images().get(0);
    int columns = noise == null && count > 1 ? Math.min(count, COLUMNS) : COLUMNS;
    Grid.Style style =
        Grid.Style.columns(columns).withScale(Math.max(1, SHOWN_WIDTH / first.width()));
    Grid.Sheet sheet = Grid.compose(tiles, style);
    try {
      Png.write(out, sheet.image());
    } catch (IOException e) {
      throw new UserError(e.getMessage(), e);
    }
    return sheet;
  }

  private void report(
      Optional<Grid.Sheet> sheet, List<Path> files, Generator.Pictures pictures, double seconds) {
    if (!json.on) {
      String where = outDir == null ? out.toString() : outDir + (out == null ? "" : " and " + out);
      int n = pictures.images().size();
      meander.line("%s: %d image%s in %.1f s".formatted(where, n, n == 1 ? "" : "s", seconds));
      Optional.ofNullable(saveLatents).ifPresent(f -> meander.line(f + ": latents"));
      return;
    }
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("out", out == null ? null : out.toString());
    node.put("out_dir", outDir == null ? null : outDir.toString());
    node.put("seed", seed).put("steps", steps);
    node.put("guidance", guidance).put("model", Home.resolve(model).toString());
    node.put("adapter", adapter == null ? null : adapter.toString());
    node.put("latents", saveLatents == null ? null : saveLatents.toString());
    ArrayNode images = node.putArray("images");
    for (int i = 0; i < pictures.images().size(); i++) {
      ObjectNode image = images.addObject().put("prompt", pictures.prompts().get(i));
      if (!files.isEmpty()) {
        image.put("file", files.get(i).toString());
      }
      if (sheet.isPresent()) {
        Grid.Box box = sheet.get().boxes().get(i);
        image.put("x", box.x()).put("y", box.y());
        image.put("width", box.width()).put("height", box.height());
      }
    }
    meander.json(node.put("seconds", seconds));
  }
}
