package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Verdicts of GenEval's released evaluation on made-up detections; see tools/parity. */
class GenEvalParityTest {
  private static final JsonNode CASES =
      ConfigFile.read(Path.of("src/test/resources/parity/geneval.json")).path("cases");

  @Test
  void theVerdictIsThatOfTheReleasedEvaluation() {
    int right = 0;
    for (JsonNode one : CASES) {
      GenEvalMetadata metadata = GenEvalMetadata.parse(one.path("metadata"), "a case");
      List<Detection> detections = new ArrayList<>();
      for (JsonNode d : one.path("detections")) {
        JsonNode box = d.path("box");
        detections.add(
            new Detection(
                d.path("class").asText(),
                d.path("score").asDouble(),
                new Box(
                    box.path(0).asDouble(),
                    box.path(1).asDouble(),
                    box.path(2).asDouble(),
                    box.path(3).asDouble()),
                d.path("color").asText()));
      }
      List<String> failures =
          StrictEvaluation.failures(metadata, new DetectedObjects(detections, metadata.tag()));
      assertThat(failures.isEmpty())
          .as("%s: %s", one, failures)
          .isEqualTo(one.path("correct").asBoolean());
      right += one.path("correct").asBoolean() ? 1 : 0;
    }
    assertThat(CASES).hasSize(160);
    assertThat(right).isBetween(40, 120); // neither verdict is rare
  }
}
