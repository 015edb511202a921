package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Keys;
import dev.meander.config.UserError;
import dev.meander.text.ClipConfig;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The hyperparameters of a {@link ClipModel}: the {@code config.json} of transformers' CLIPModel.
 *
 * @param text the text of the text tower
 * @param vision the vision of the vision tower
 * @param projectionDim the number of features of an embedding
 */
public record ClipModelConfig(ClipConfig text, ClipVisionConfig vision, int projectionDim) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int PROJECTION = 512;

  /** What transformers takes where {@code text_config} says nothing. */
  private static final Map<String, JsonNode> TEXT_DEFAULTS =
      Map.of(
          "vocab_size", NODES.numberNode(49408),
          "hidden_size", NODES.numberNode(512),
          "intermediate_size", NODES.numberNode(2048),
          "num_hidden_layers", NODES.numberNode(12),
          "num_attention_heads", NODES.numberNode(8),
          "max_position_embeddings", NODES.numberNode(77),
          "hidden_act", NODES.textNode("quick_gelu"));

  /**
   * Reads {@code config.json}; keys that do not concern the architecture are passed over, since
   * transformers writes its whole state there.
   *
   * @throws UserError naming the file and every wrong value
   */
  static ClipModelConfig read(Path file) {
    ObjectNode json = ConfigFile.read(file);
    String type = json.path("model_type").asText("clip");
    if (!type.equals("clip")) {
      throw new UserError(file + ": model_type must be clip (a CLIPModel), found " + type);
    }
    int projection = json.path("projection_dim").asInt(PROJECTION);
    ObjectNode text = NODES.objectNode();
    text.setAll(TEXT_DEFAULTS);
    text.setAll(section(json, "text_config", ClipConfig.class));
    text.put("projection_dim", projection);
    ObjectNode vision = section(json, "vision_config", ClipVisionConfig.class);
    return new ClipModelConfig(
        Binder.bind(text, ClipConfig.class, file + ", text_config"),
        Binder.bind(vision, ClipVisionConfig.class, file + ", vision_config"),
        projection);
  }

  /** The known keys of a section; {@code NAME_dict}, of older files, comes before {@code NAME}. */
  private static ObjectNode section(JsonNode json, String name, Class<? extends Record> type) {
    List<String> known =
        Stream.of(type.getRecordComponents())
            .map(RecordComponent::getName)
            .map(Keys::snake)
            .toList();
    ObjectNode section = NODES.objectNode();
    for (JsonNode part : List.of(json.path(name), json.path(name + "_dict"))) {
      known.stream().filter(part::hasNonNull).forEach(key -> section.set(key, part.get(key)));
    }
    return section;
  }

  /** The {@code config.json} that transformers reads. */
  public ObjectNode toJson() {
    ObjectNode json = NODES.objectNode();
    json.putArray("architectures").add("CLIPModel");
    json.put("model_type", "clip").put("projection_dim", projectionDim);
    ObjectNode texts = ConfigWriter.toTree(text);
    texts.put("model_type", "clip_text_model");
    texts.put("bos_token_id", text.eosTokenId() - 1).put("pad_token_id", text.eosTokenId());
    ObjectNode pictures = ConfigWriter.toTree(vision);
    pictures.put("model_type", "clip_vision_model").put("projection_dim", projectionDim);
    json.set("text_config", texts);
    json.set("vision_config", pictures);
    return json;
  }
}
