package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;

/** An object that remembers where it and its keys were written, also when handed on as a part. */
@SuppressWarnings({"serial", "unchecked"}) // Never serialised; deepCopy as in the superclass.
final class LocatedObject extends ObjectNode {
  private final Map<String, Origin> keys = new HashMap<>();
  private final Origin own;

  LocatedObject(Origin own) {
    super(JsonNodeFactory.instance);
    this.own = own;
  }

  void put(String key, JsonNode value, Origin origin) {
    set(key, value);
    keys.put(key, origin);
  }

  /** Where a key stands, where the object begins if the key is not known, or {@code fallback}. */
  static Origin origin(JsonNode node, String key, Origin fallback) {
    return node instanceof LocatedObject o ? o.keys.getOrDefault(key, o.own) : fallback;
  }

  /** Where the object begins, or {@code fallback}. */
  static Origin origin(JsonNode node, Origin fallback) {
    return node instanceof LocatedObject o ? o.own : fallback;
  }

  /** The same values without their places: what is said nowhere stands where its section stands. */
  static JsonNode placeless(JsonNode node) {
    if (node.isObject()) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      node.properties().forEach(e -> copy.set(e.getKey(), placeless(e.getValue())));
      return copy;
    } else if (node.isArray()) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      node.forEach(e -> copy.add(placeless(e)));
      return copy;
    }
    return node;
  }

  @Override
  public LocatedObject deepCopy() {
    LocatedObject copy = new LocatedObject(own);
    properties().forEach(e -> copy.set(e.getKey(), e.getValue().deepCopy()));
    copy.keys.putAll(keys);
    return copy;
  }
}
