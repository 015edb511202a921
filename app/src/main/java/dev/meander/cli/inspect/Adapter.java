package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A LoRA adapter as PEFT or diffusers writes it. */
final class Adapter {
  static final String PEFT = "adapter_config.json";
  static final String DIFFUSERS = "pytorch_lora_weights.safetensors";
  private static final String PEFT_WEIGHTS = "adapter_model.safetensors";
  private static final String UP = "lora_B.weight";

  private Adapter() {}

  static Finding inspect(Path directory) {
    boolean peft = Files.exists(directory.resolve(PEFT));
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("kind", "adapter").put("path", directory.toString());
    node.put("layout", peft ? "peft" : "diffusers");
    List<String> lines = new ArrayList<>();
    ArrayNode layouts = node.putArray("layouts");
    Stream.of("peft", "diffusers")
        .filter(l -> l.equals("peft") ? peft : Files.exists(directory.resolve(DIFFUSERS)))
        .forEach(layouts::add);
    try (TensorStore store = TensorStore.open(directory.resolve(peft ? PEFT_WEIGHTS : DIFFUSERS))) {
      Tensors counts = Tensors.of(store);
      long layers = store.names().stream().filter(n -> n.endsWith(UP)).count();
      lines.add(
          "%s: LoRA adapter on %d layers, %s parameters, %s, %s"
              .formatted(
                  directory,
                  layers,
                  Tensors.count(counts.parameters()),
                  counts.types(),
                  Tensors.size(counts.bytes())));
      counts.putInto(node.put("layers", layers));
    }
    List<String> names = new ArrayList<>();
    layouts.forEach(l -> names.add(l.asText()));
    lines.add("  files of    " + String.join(" and ", names));
    if (peft) {
      describe(ConfigFile.read(directory.resolve(PEFT)), node, lines);
    }
    return new Finding(node, lines);
  }

  private static void describe(JsonNode config, ObjectNode node, List<String> lines) {
    node.set("rank", config.path("r"));
    node.set("alpha", config.path("lora_alpha"));
    node.set("targets", config.path("target_modules"));
    node.set("base_model", config.path("base_model_name_or_path"));
    lines.add("  rank        " + config.path("r").asText());
    lines.add("  alpha       " + config.path("lora_alpha").asText());
    if (config.path("base_model_name_or_path").isTextual()) {
      lines.add("  base model  " + config.path("base_model_name_or_path").asText());
    }
    List<String> targets = new ArrayList<>();
    config.path("target_modules").forEach(t -> targets.add(t.asText()));
    lines.add("  targets     " + String.join(", ", targets));
  }
}
