package dev.meander.nn;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.weights.AtomicFile;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The files of an adapter: PEFT's directory and diffusers' single file. */
final class LoraFiles {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";
  static final String PREFIX = "base_model.model.";
  static final String DIFFUSERS_WEIGHTS = "pytorch_lora_weights.safetensors";
  static final String DIFFUSERS_METADATA = "lora_adapter_metadata";
  static final String DIFFUSERS_PREFIX = "transformer.";

  private LoraFiles() {}

  /** Writes both layouts into one directory; each holds the same numbers. */
  static void write(Path dir, String baseModel, LoraPlan plan, Map<String, Tensor> parameters) {
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UserError("cannot make the directory " + dir + ": " + StrictJson.fault(e), e);
    }
    EngineTensors.save(
        dir.resolve(DIFFUSERS_WEIGHTS),
        prefixed(DIFFUSERS_PREFIX, parameters),
        DType.F32,
        Map.of("format", "pt", DIFFUSERS_METADATA, metadata(plan)));
    EngineTensors.save(
        dir.resolve(WEIGHTS), prefixed(PREFIX, parameters), DType.F32, Map.of("format", "pt"));
    AtomicFile.write(
        dir.resolve(CONFIG), PeftConfig.toJson(plan, baseModel).toPrettyString() + "\n");
  }

  private static Map<String, Tensor> prefixed(String prefix, Map<String, Tensor> parameters) {
    Map<String, Tensor> prefixed = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> prefixed.put(prefix + name, tensor));
    return prefixed;
  }

  /** PEFT's configuration, each key under the component's name: what diffusers reads alpha from. */
  private static String metadata(LoraPlan plan) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    PeftConfig.toJson(plan, null)
        .put("inference_mode", false)
        .properties()
        .forEach(e -> node.set(DIFFUSERS_PREFIX + e.getKey(), e.getValue()));
    return node.toString();
  }
}
