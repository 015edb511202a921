package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands credit and weights, from the command line to the document. */
class CreditCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path folder;

  @Test
  void creditOfATraceFile() throws IOException {
    Path trace = folder.resolve("trace.json");
    Files.writeString(trace, "{\"rewards\": [[2,1,3,4],[2,3,1,0]], \"groups\": [\"a\",\"a\"]}");
    assertThat(run("credit", "--method", "turning-point", "--trace", trace.toString())).isZero();
    JsonNode report = document();
    assertThat(report.at("/step_rewards/0/1").asDouble()).isEqualTo(3);
    assertThat(report.at("/turning_points/0/1").asBoolean()).isTrue();
    assertThat(report.at("/advantages/1/1").asDouble()).isEqualTo(-3 / 3.0001);
  }

  @Test
  void branchesInSeedGroups() throws IOException {
    Path trace = folder.resolve("branches.json");
    Files.writeString(
        trace, "{\"rewards\": [[0],[2],[9],[9]], \"groups\": [1,1,1,1], \"seeds\": [0,0,1,1]}");
    String[] args = {"credit", "--method=branch", "--group=seed", "--trace=" + trace};
    assertThat(run(args)).isZero();
    assertThat(document().at("/advantages/1/0").asDouble()).isEqualTo(1 / 1.0001);
    assertThat(document().at("/advantages/3/0").asDouble()).isZero();
  }

  @Test
  void weightsOfASchedule() throws IOException {
    assertThat(run("weights", "--steps", "10", "--shift", "3", "--noise", "0.7")).isZero();
    assertThat(document().get("schedule")).hasSize(11);
    assertThat(document().get("weights")).hasSize(9);
  }

  @Test
  void wrongInputIsExplained() throws IOException {
    Path trace = folder.resolve("trace.json");
    assertThat(run("credit", "--method=terminal", "--trace=" + trace)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("trace.json cannot be read");
    Files.writeString(trace, "{\"rewards\"");
    assertThat(run("credit", "--method=terminal", "--trace=" + trace)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("trace.json is not JSON");
    assertThat(run("credit", "--method=best", "--trace=" + trace)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("no credit method \"best\"");
    assertThat(out.size()).isZero();
  }

  private int run(String... args) {
    out.reset();
    return Meander.run(new Console(new PrintStream(out), new PrintStream(err)), args);
  }

  private JsonNode document() throws IOException {
    return new ObjectMapper().readTree(out.toByteArray());
  }
}
