package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Verdicts of GenEval's released evaluation on made-up detections; see tools/parity. */
class GenEvalParityTest {
  @Test
  void theVerdictIsThatOfTheReleasedEvaluation() throws IOException {
    Map<String, Integer> all = new TreeMap<>();
    Map<String, Integer> right = new TreeMap<>();
    for (JsonNode one : cases()) {
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
      all.merge(metadata.tag(), 1, Integer::sum);
      right.merge(metadata.tag(), one.path("correct").asBoolean() ? 1 : 0, Integer::sum);
    }
    assertThat(all)
        .containsOnlyKeys(GenEvalMetadata.TAGS)
        .allSatisfy((tag, n) -> assertThat(n).isEqualTo(100));
    // Neither verdict is rare in any task.
    assertThat(right).allSatisfy((tag, n) -> assertThat(n).isBetween(25, 75));
  }

  private static JsonNode cases() throws IOException {
    Path file = Path.of("src/test/resources/parity/geneval.json.gz");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new ObjectMapper().readTree(in).path("cases");
    }
  }
}
