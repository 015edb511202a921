package dev.meander.toybox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.image.Image;

/** One captioned image. */
public record Example(long index, Description description, Scene scene, Image image) {

  public String caption() {
    return Captions.text(description);
  }

  /** The caption's line in GenEval's form. */
  public JsonNode metadata() {
    return Captions.metadata(description);
  }
}
