package dev.meander.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of a run for other programs. Who is told of it is left out: addresses are secrets.
 *
 * @param tree the tree of the run's recipe
 */
public record Hyperparameters(ObjectNode tree) {
  private static final List<String> PRIVATE = List.of("alerts", "events");

  /** The hyperparameters of a resolved recipe. */
  public static Hyperparameters read(Path recipe) {
    return new Hyperparameters(ConfigFile.read(recipe).without(PRIVATE));
  }

  /** The recipe as YAML. */
  public String text() {
    return ConfigWriter.yaml(tree);
  }

  /**
   * Every single setting by its key, such as {@code method.window.type} or {@code a.0.b}: MLflow
   * takes no brackets.
   */
  public Map<String, JsonNode> settings() {
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    tree.properties().stream()
        .filter(entry -> !entry.getKey().equals("description"))
        .forEach(entry -> add(settings, entry.getKey(), entry.getValue()));
    return settings;
  }

  private static void add(Map<String, JsonNode> settings, String key, JsonNode value) {
    if (value.isObject()) {
      value.properties().forEach(e -> add(settings, key + "." + e.getKey(), e.getValue()));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        add(settings, key + "." + i, value.get(i));
      }
    } else if (!value.isNull()) {
      settings.put(key, value);
    }
  }
}
