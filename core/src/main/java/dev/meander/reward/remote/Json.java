package dev.meander.reward.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.meander.config.StrictJson;
import java.util.Optional;

/** The JSON of requests and answers. */
final class Json {
  static final JsonNode MISSING = MissingNode.getInstance();

  private Json() {}

  /** The document, if the text is one. */
  static Optional<JsonNode> parse(String text) {
    try {
      return Optional.of(StrictJson.MAPPER.readTree(text)).filter(node -> !node.isMissingNode());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /** An answer that must be an object. */
  static JsonNode object(String text) throws Fault {
    return parse(text)
        .filter(JsonNode::isObject)
        .orElseThrow(
            () -> Fault.passing("answered with something else than JSON: " + Excerpt.of(text)));
  }

  static byte[] bytes(JsonNode node) {
    try {
      return StrictJson.MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write JSON", e);
    }
  }
}
