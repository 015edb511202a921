package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What was found at a path.
 *
 * @param document the document for programs; its {@code kind} says what it is
 * @param lines the lines for people
 */
public record Finding(ObjectNode document, List<String> lines) {
  public Finding {
    lines = List.copyOf(lines);
  }
}
