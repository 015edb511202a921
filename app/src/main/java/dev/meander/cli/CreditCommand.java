package dev.meander.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.advantage.GlobalStd;
import dev.meander.advantage.GroupStd;
import dev.meander.advantage.PromptGroups;
import dev.meander.advantage.SeedGroups;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.credit.Trend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander credit}. */
@Command(
    name = "credit",
    header = "Apply a credit rule to rewards from a file.",
    description = {
      "",
      "Reads {\"rewards\": [[R0, R1, .., Rn], ..], \"groups\": [\"a\", ..]}, a row for each sample,"
          + " R0 before the first step and Rn of the final image, and prints the step rewards,"
          + " turning points and advantages as JSON.",
      "With --method branch a row holds one reward for each branch step; \"seeds\": [..] names each"
          + " row's noise.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander credit --method turning-point-consistent --trace trace.json --balance",
      "  meander credit --method branch --group seed --trace branches.json"
    })
final class CreditCommand implements Callable<Integer> {
  private enum Std {
    GROUP,
    GLOBAL
  }

  private enum Group {
    PROMPT,
    SEED
  }

  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      required = true,
      description = "terminal, incremental, turning-point, turning-point-consistent or branch.")
  private String method;

  @Option(names = "--trace", paramLabel = "FILE", required = true, description = "The rewards.")
  private Path trace;

  @Option(
      names = "--trend",
      paramLabel = "remaining|overall",
      defaultValue = "remaining",
      description = "What turning points turn towards (default: ${DEFAULT-VALUE}).")
  private Trend trend;

  @Option(
      names = "--balance",
      description = "Keep equally many positive and negative aggregated rewards.")
  private boolean balance;

  @Option(
      names = "--std",
      paramLabel = "group|global",
      defaultValue = "group",
      description = "Whose spread divides advantages (default: ${DEFAULT-VALUE}).")
  private Std std;

  @Option(
      names = "--group",
      paramLabel = "prompt|seed",
      defaultValue = "prompt",
      description = "Which samples are compared (default: ${DEFAULT-VALUE}).")
  private Group group;

  @Override
  public Integer call() {
    CreditReport report =
        new CreditReport(
            CreditReport.Method.of(method),
            trend,
            balance,
            std == Std.GROUP ? new GroupStd() : new GlobalStd(),
            group == Group.PROMPT ? new PromptGroups() : new SeedGroups());
    meander.json(report.json(read(trace), trace.toString()));
    return 0;
  }

  private static JsonNode read(Path file) {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new UserError(file + " is not JSON: " + StrictJson.fault(e), e);
    } catch (IOException e) {
      throw new UserError(file + " cannot be read: give a JSON file to --trace", e);
    }
  }
}
