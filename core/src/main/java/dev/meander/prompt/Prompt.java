package dev.meander.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One text to make images of, with what a scorer needs to know about it.
 *
 * @param id stable within its prompt set (its line number by default); equal texts keep distinct
 *     ids
 * @param text what the text encoders see
 * @param metadata the whole JSON object of the prompt's line (GenEval's {@code tag}, {@code
 *     include}, {@code exclude}); an empty object for a plain text line
 * @param source the image that images are made from, for rewards that compare with it
 */
public record Prompt(String id, String text, JsonNode metadata, Optional<Path> source) {
  /** A prompt without a source image. */
  public Prompt(String id, String text, JsonNode metadata) {
    this(id, text, metadata, Optional.empty());
  }

  public static Prompt of(String id, String text) {
    return new Prompt(id, text, JsonNodeFactory.instance.objectNode());
  }

  /** The line of a prompt file that says it, wherever that file will lie. */
  public ObjectNode line() {
    ObjectNode line = JsonNodeFactory.instance.objectNode().put("prompt", text);
    metadata.properties().forEach(entry -> line.putIfAbsent(entry.getKey(), entry.getValue()));
    source.ifPresent(image -> line.put("source_image", image.toAbsolutePath().toString()));
    return line;
  }
}
