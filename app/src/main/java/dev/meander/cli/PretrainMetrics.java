package dev.meander.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Cuts a pretraining's metrics back to its last checkpoint, so that no step appears twice. */
final class PretrainMetrics {
  /** Later stages first; a preference model's stage is the only one of its run. */
  private static final List<String> STAGES = List.of("preference", "flow", "vae");

  private static final JsonMapper JSON = new JsonMapper();

  private PretrainMetrics() {}

  /** How many bytes of the metrics file were written before the last checkpoint. */
  static long kept(Path metrics, Path checkpoints) {
    for (String stage : STAGES) {
      Path checkpoint = checkpoints.resolve(stage + ".safetensors");
      if (Files.exists(checkpoint)) {
        try (TensorStore store = TensorStore.open(checkpoint)) {
          return endOf(metrics, stage, Long.parseLong(store.metadata().get("step")));
        } catch (NumberFormatException e) {
          throw new UserError(
              checkpoint + " is no checkpoint of pretraining: it does not say its step", e);
        }
      }
    }
    return 0;
  }

  private static long endOf(Path metrics, String stage, long step) {
    long end = 0;
    long at = 0;
    int number = 0;
    for (String line : read(metrics).split("(?<=\n)")) {
      at += line.getBytes(StandardCharsets.UTF_8).length;
      number++;
      if (!line.endsWith("\n")) {
        break; // the process ended while it wrote this one
      }
      if (isAfter(parse(metrics, line, number), stage, step)) {
        break;
      }
      end = at;
    }
    return end;
  }

  private static boolean isAfter(JsonNode event, String stage, long step) {
    int of = STAGES.indexOf(event.path("stage").asText());
    int at = STAGES.indexOf(stage);
    return of >= 0 && (of < at || of == at && event.path("step").asLong() > step);
  }

  private static String read(Path metrics) {
    try {
      return Files.readString(metrics, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UserError("cannot read " + metrics + ": " + StrictJson.fault(e), e);
    }
  }

  private static JsonNode parse(Path metrics, String line, int number) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new UserError(
          metrics + ", line " + number + ": not JSON: " + StrictJson.faultInLine(e), e);
    }
  }
}
