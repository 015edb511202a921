package dev.meander.pretrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.model.AutoencoderKl;
import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.text.ClipTextModel;
import dev.meander.toybox.SceneSampler;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes a model directory that diffusers' StableDiffusion3Pipeline and this library load; weights
 * in float16.
 */
final class ModelWriter {
  /** Writes the files of diffusers and transformers. */
  static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT);

  /** Rows of zeros in the place of T5's tokens that the model is trained with. */
  static final int T5_TOKENS = 0;

  private static final Map<String, String> PT = Map.of("format", "pt");

  private final Path out;

  ModelWriter(Path out) {
    this.out = out;
  }

  void write(
      PretrainConfig config,
      AutoencoderKl vae,
      ClipTextModel clip,
      ClipTextModel clip2,
      Sd3Transformer transformer)
      throws IOException {
    json("model_index.json", index());
    json("meander.json", JSON.createObjectNode().put("t5_tokens", T5_TOKENS));
    ObjectNode scheduler = named("FlowMatchEulerDiscreteScheduler");
    scheduler
        .put("num_train_timesteps", 1000)
        .put("shift", config.shift())
        .put("use_dynamic_shifting", false);
    json("scheduler/scheduler_config.json", scheduler);
    json(
        "transformer/config.json",
        named("SD3Transformer2DModel").setAll((ObjectNode) JSON.valueToTree(transformer.config())));
    save("transformer/diffusion_pytorch_model.safetensors", transformer.tensors());
    json("vae/config.json", vaeConfig(vae));
    save("vae/diffusion_pytorch_model.safetensors", vae.tensors());
    text("text_encoder", clip);
    text("text_encoder_2", clip2);
  }

  private static ObjectNode vaeConfig(AutoencoderKl vae) {
    ObjectNode node = named("AutoencoderKL").setAll((ObjectNode) JSON.valueToTree(vae.config()));
    int levels = vae.config().blockOutChannels().size();
    node.put("act_fn", "silu").put("sample_size", SceneSampler.SIZE);
    node.set(
        "down_block_types", JSON.valueToTree(Collections.nCopies(levels, "DownEncoderBlock2D")));
    node.set("up_block_types", JSON.valueToTree(Collections.nCopies(levels, "UpDecoderBlock2D")));
    return node;
  }

  private void text(String directory, ClipTextModel model) throws IOException {
    ObjectNode node = JSON.createObjectNode();
    node.putArray("architectures").add("CLIPTextModelWithProjection");
    node.put("model_type", "clip_text_model").setAll((ObjectNode) JSON.valueToTree(model.config()));
    node.put("bos_token_id", model.config().eosTokenId() - 1)
        .put("pad_token_id", model.config().eosTokenId());
    json(directory + "/config.json", node);
    save(directory + "/model.safetensors", model.tensors());
  }

  private static ObjectNode named(String type) {
    return JSON.createObjectNode().put("_class_name", type).put("_diffusers_version", "0.42.1");
  }

  private static ObjectNode index() {
    ObjectNode node = named("StableDiffusion3Pipeline");
    part(node, "scheduler", "diffusers", "FlowMatchEulerDiscreteScheduler");
    part(node, "text_encoder", "transformers", "CLIPTextModelWithProjection");
    part(node, "text_encoder_2", "transformers", "CLIPTextModelWithProjection");
    part(node, "text_encoder_3", null, null);
    part(node, "tokenizer", "transformers", "CLIPTokenizer");
    part(node, "tokenizer_2", "transformers", "CLIPTokenizer");
    part(node, "tokenizer_3", null, null);
    part(node, "transformer", "diffusers", "SD3Transformer2DModel");
    part(node, "vae", "diffusers", "AutoencoderKL");
    return node;
  }

  private static void part(ObjectNode node, String name, String library, String type) {
    node.putArray(name).add(library).add(type);
  }

  private void json(String file, JsonNode node) throws IOException {
    Path path = out.resolve(file);
    Files.createDirectories(path.getParent());
    JSON.writeValue(path.toFile(), node);
  }

  private void save(String file, Map<String, Tensor> tensors) throws IOException {
    Path path = out.resolve(file);
    Files.createDirectories(path.getParent());
    EngineTensors.save(path, tensors, DType.F16, PT);
  }
}
