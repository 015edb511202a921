package dev.meander.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Default;
import dev.meander.config.Problems;
import dev.meander.config.Range;
import dev.meander.config.UserError;
import dev.meander.text.ClipConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** The JSON files of a model directory in the layout of diffusers, read and checked together. */
record PipelineConfig(
    Sd3Config transformer,
    VaeConfig vae,
    ClipConfig textEncoder,
    ClipConfig textEncoder2,
    SchedulerConfig scheduler,
    MeanderFile meander) {
  static final List<String> WITH_WEIGHTS =
      List.of("transformer", "vae", "text_encoder", "text_encoder_2");
  static final List<String> TOKENIZERS = List.of("tokenizer", "tokenizer_2");

  private static final String INDEX = "model_index.json";
  private static final String CONFIG = "config.json";
  private static final String SCHEDULER = "scheduler_config.json";
  private static final String MEANDER = "meander.json";

  /** What the pipeline needs to know and diffusers keeps as an argument. */
  record MeanderFile(@Default("256") @Range(min = 0) int t5Tokens) {}

  /** Reads everything, noting what is missing or wrong; null after any problem. */
  static PipelineConfig read(Path dir, Problems problems) {
    int before = problems.count();
    checkIndex(dir, problems);
    if (!Files.isDirectory(dir)) {
      return null;
    }
    PipelineConfig config =
        new PipelineConfig(
            transformer(dir.resolve("transformer").resolve(CONFIG), problems),
            vae(dir.resolve("vae").resolve(CONFIG), problems),
            bind(dir.resolve("text_encoder").resolve(CONFIG), ClipConfig.class, problems),
            bind(dir.resolve("text_encoder_2").resolve(CONFIG), ClipConfig.class, problems),
            scheduler(dir.resolve("scheduler").resolve(SCHEDULER), problems),
            meander(dir.resolve(MEANDER), problems));
    if (problems.count() > before) {
      return null;
    }
    config.checkWidths(problems);
    return config;
  }

  private static void checkIndex(Path dir, Problems problems) {
    if (!Files.isDirectory(dir)) {
      problems.add("there is no directory " + dir);
      return;
    }
    JsonNode index = attempt(problems, () -> ConfigFile.read(dir.resolve(INDEX)));
    if (index == null) {
      return;
    }
    requireOnly(index, "_class_name", "StableDiffusion3Pipeline", dir.resolve(INDEX), problems);
    if (index.path("text_encoder_3").path(0).isTextual()) {
      problems.add(
          dir.resolve(INDEX)
              + " names a text_encoder_3: T5 is not supported yet; to do without it, set"
              + " text_encoder_3 and tokenizer_3 to [null, null] there");
    }
  }

  private static Sd3Config transformer(Path file, Problems problems) {
    return attempt(
        problems,
        () -> {
          ObjectNode node = ConfigFile.read(file);
          requireOnly(node, "_class_name", "SD3Transformer2DModel", file, problems);
          return Binder.bind(node, Sd3Config.class, file.toString());
        });
  }

  private static VaeConfig vae(Path file, Problems problems) {
    return attempt(
        problems,
        () -> {
          ObjectNode node = ConfigFile.read(file);
          requireOnly(node, "_class_name", "AutoencoderKL", file, problems);
          requireOnly(node, "act_fn", "silu", file, problems);
          requireOnly(node, "down_block_types", "DownEncoderBlock2D", file, problems);
          requireOnly(node, "up_block_types", "UpDecoderBlock2D", file, problems);
          requireOnly(node, "latents_mean", null, file, problems);
          requireOnly(node, "latents_std", null, file, problems);
          return Binder.bind(node, VaeConfig.class, file.toString());
        });
  }

  private static SchedulerConfig scheduler(Path file, Problems problems) {
    return attempt(
        problems,
        () -> {
          ObjectNode node = ConfigFile.read(file);
          requireOnly(node, "_class_name", "FlowMatchEulerDiscreteScheduler", file, problems);
          return Binder.bind(node, SchedulerConfig.class, file.toString());
        });
  }

  private static MeanderFile meander(Path file, Problems problems) {
    return attempt(
        problems,
        () -> {
          ObjectNode node =
              Files.exists(file) ? ConfigFile.read(file) : ConfigFile.parse("{}", MEANDER);
          return Binder.bind(node, MeanderFile.class, file.toString());
        });
  }

  private static <R extends Record> R bind(Path file, Class<R> type, Problems problems) {
    return attempt(problems, () -> Binder.bind(ConfigFile.read(file), type, file.toString()));
  }

  /** The result, or null after noting what the user did wrong. */
  static <T> T attempt(Problems problems, Supplier<T> work) {
    try {
      return work.get();
    } catch (UserError e) {
      problems.add(e.getMessage().replace("\n", "\n    "));
      return null;
    }
  }

  /** Notes a value, or an element of a list, that is given and is not {@code only}. */
  private static void requireOnly(
      JsonNode object, String key, String only, Path file, Problems problems) {
    JsonNode value = object.path(key);
    for (JsonNode one : value.isArray() ? value : List.of(value)) {
      boolean given = !one.isMissingNode() && !one.isNull();
      if (given && !one.asText().equals(only)) {
        problems.add("%s: %s must be %s, found %s".formatted(file, key, only, one));
        return;
      }
    }
  }

  private void checkWidths(Problems problems) {
    int clip = textEncoder.hiddenSize() + textEncoder2.hiddenSize();
    if (clip > transformer.jointAttentionDim()) {
      problems.add(
          "both text encoders' hidden_size together, %d, exceed the transformer's joint_attention_dim %d"
              .formatted(clip, transformer.jointAttentionDim()));
    }
    int pooled = textEncoder.projectionDim() + textEncoder2.projectionDim();
    requireEqual(
        "both text encoders' projection_dim together",
        pooled,
        "the transformer's pooled_projection_dim",
        transformer.pooledProjectionDim(),
        problems);
    requireEqual(
        "the VAE's latent_channels",
        vae.latentChannels(),
        "the transformer's in_channels",
        transformer.inChannels(),
        problems);
    requireEqual(
        "the transformer's out_channels",
        transformer.channelsOut(),
        "its in_channels",
        transformer.inChannels(),
        problems);
  }

  private static void requireEqual(
      String what, int is, String shouldBe, int value, Problems problems) {
    if (is != value) {
      problems.add("%s, %d, must equal %s, %d".formatted(what, is, shouldBe, value));
    }
  }
}
