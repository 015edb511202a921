package dev.meander.cli;

import dev.meander.cli.inspect.Finding;
import dev.meander.cli.inspect.Inspection;
import dev.meander.config.Home;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander inspect}. */
@Command(
    name = "inspect",
    header = "Say what a model, adapter, run, checkpoint or safetensors file holds.",
    footer = {
      "",
      "Examples:",
      "  meander inspect models/toybox-sd3",
      "  meander inspect runs/quickstart",
      "  meander inspect runs/quickstart/adapter --json"
    })
final class InspectCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Parameters(paramLabel = "PATH", description = "A directory, or a safetensors file.")
  private Path path;

  @Override
  public Integer call() {
    Finding finding = Inspection.of(Home.resolve(path.toString()));
    if (json.on) {
      meander.json(finding.document());
    } else {
      finding.lines().forEach(meander::line);
    }
    return 0;
  }
}
