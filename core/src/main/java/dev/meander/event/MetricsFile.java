package dev.meander.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads metrics files, also while a run still writes: a last line without an end is passed over.
 */
public final class MetricsFile {
  private MetricsFile() {}

  /**
   * All events of a file, without those of unknown types.
   *
   * @throws UserError naming the file and the line that is not an event
   */
  public static List<Stamped> read(Path path) {
    List<Stamped> events = new ArrayList<>();
    int number = 0;
    for (String line : lines(path)) {
      number++;
      try {
        EventJson.read(line).ifPresent(events::add);
      } catch (IllegalArgumentException e) {
        throw broken(path, number, e.getMessage());
      }
    }
    return events;
  }

  /**
   * What two runs that did the same computation have in common: all lines but {@linkplain
   * Event.Bookkeeping bookkeeping}, without their {@code timing}.
   */
  public static List<JsonNode> comparable(Path path) {
    List<JsonNode> kept = new ArrayList<>();
    int number = 0;
    for (String line : lines(path)) {
      number++;
      try {
        JsonNode node = EventJson.parse(line);
        Class<?> kind = EventJson.kinds().get(node.path(EventJson.TYPE).asText());
        if (kind == null || !Event.Bookkeeping.class.isAssignableFrom(kind)) {
          kept.add(((ObjectNode) node).without(EventJson.TIMING));
        }
      } catch (JsonProcessingException e) {
        throw broken(path, number, "not JSON: " + StrictJson.faultInLine(e));
      } catch (ClassCastException e) {
        throw broken(path, number, "not a JSON object");
      }
    }
    return kept;
  }

  private static UserError broken(Path path, int line, String reason) {
    return new UserError(path + ", line " + line + ": " + reason);
  }

  private static List<String> lines(Path path) {
    try {
      String text = Files.readString(path, StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (CharacterCodingException e) {
      throw new UserError("the metrics file " + path + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new UserError("cannot read the metrics file " + path + ": " + StrictJson.fault(e), e);
    }
  }
}
