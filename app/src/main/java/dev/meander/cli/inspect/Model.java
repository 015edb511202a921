package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.config.ConfigFile;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A model directory in diffusers' layout: its components, with or without weights. */
final class Model {
  private static final String CONFIG = "config.json";

  private Model() {}

  static Finding inspect(Path directory) {
    JsonNode index = ConfigFile.read(directory.resolve("model_index.json"));
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    String type = index.path("_class_name").asText();
    node.put("kind", "model").put("path", directory.toString()).put("class", type);
    ObjectNode components = node.putObject("components");
    Table table = new Table("component", "class", "parameters", "type", "size", "shape");
    long parameters = 0;
    long bytes = 0;
    List<String> remarks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : index.properties()) {
      boolean present = entry.getValue().isArray() && entry.getValue().path(1).isTextual();
      Path part = directory.resolve(entry.getKey());
      if (!present) {
        continue;
      }
      String name = entry.getValue().get(1).asText();
      ObjectNode component = components.putObject(entry.getKey()).put("class", name);
      JsonNode config =
          Files.exists(part.resolve(CONFIG))
              ? ConfigFile.read(part.resolve(CONFIG))
              : JsonNodeFactory.instance.objectNode();
      if (config.isEmpty()) {
        table.row(entry.getKey(), name, "", "", "", "");
        continue;
      }
      try (TensorStore store = TensorStore.open(part)) {
        Tensors counts = Tensors.of(store);
        counts.putInto(component);
        List<String> packed = Remarks.of(entry.getKey(), config);
        remarks.addAll(packed);
        if (packed.isEmpty()) {
          Remarks.of(store).forEach(r -> remarks.add(entry.getKey() + ": " + r));
        }
        parameters += counts.parameters();
        bytes += counts.bytes();
        table.row(
            entry.getKey(),
            name,
            Tensors.count(counts.parameters()),
            counts.types(),
            Tensors.size(counts.bytes()),
            shape(config));
      }
      component.set("config", config);
    }
    node.put("parameters", parameters).put("bytes", bytes);
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %s, %s parameters, %s"
            .formatted(directory, type, Tensors.count(parameters), Tensors.size(bytes)));
    lines.addAll(table.lines());
    lines.addAll(remarks);
    remarks.forEach(node.putArray("remarks")::add);
    return new Finding(node, lines);
  }

  /** The few numbers that tell one model from another. */
  private static String shape(JsonNode config) {
    if (config.has("num_single_layers")) {
      boolean guided = config.path("guidance_embeds").asBoolean();
      return said(config, "num_layers")
          + " + "
          + said(config, "num_single_layers")
          + " blocks, "
          + heads(config, "num_attention_heads", "attention_head_dim")
          + (guided ? ", guidance embedded" : ", no guidance");
    }
    if (config.has("num_attention_heads") && config.has("attention_head_dim")) {
      return said(config, "num_layers")
          + " blocks, "
          + heads(config, "num_attention_heads", "attention_head_dim")
          + ", latent %1$s x %1$s".formatted(said(config, "sample_size"));
    }
    if (config.has("latent_channels")) {
      return said(config, "latent_channels")
          + " latent channels, levels "
          + config.path("block_out_channels");
    }
    if (config.has("d_model")) {
      return layers(config, "num_layers", "d_model") + heads(config, "num_heads", "d_kv");
    }
    return config.has("num_hidden_layers")
        ? layers(config, "num_hidden_layers", "hidden_size")
            + said(config, "max_position_embeddings")
            + " tokens"
        : "";
  }

  private static String layers(JsonNode config, String count, String width) {
    return "%s layers of %s, ".formatted(said(config, count), said(config, width));
  }

  private static String heads(JsonNode config, String count, String width) {
    return "%s heads of %s".formatted(said(config, count), said(config, width));
  }

  /** A number, or that there is none. */
  private static String said(JsonNode config, String key) {
    JsonNode value = config.path(key);
    return value.isNumber() ? value.asText() : "?";
  }
}
