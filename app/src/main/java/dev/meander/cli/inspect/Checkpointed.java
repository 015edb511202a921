package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.config.UserError;
import dev.meander.internal.checkpoint.Checkpoint;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One checkpoint of a run; its hashes are compared. */
final class Checkpointed {
  private static final String SUFFIX = ".safetensors";

  private Checkpointed() {}

  static Finding inspect(Path directory) {
    Checkpoint checkpoint = Checkpoint.open(directory);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("kind", "checkpoint").put("path", directory.toString());
    node.put("step", checkpoint.step()).put("intact", true);
    ObjectNode groups = node.putObject("groups");
    Table table = new Table("group", "tensors", "numbers", "type", "size");
    for (Path file : tensorFiles(directory)) {
      try (TensorStore store = TensorStore.open(file)) {
        Tensors counts = Tensors.of(store);
        String name = file.getFileName().toString().replace(SUFFIX, "");
        counts.putInto(groups.putObject(name));
        table.row(
            name,
            Tensors.count(counts.tensors()),
            Tensors.count(counts.parameters()),
            counts.types(),
            Tensors.size(counts.bytes()));
      }
    }
    node.set("state", checkpoint.state());
    List<String> lines = new ArrayList<>();
    lines.add("%s: checkpoint after step %d, intact".formatted(directory, checkpoint.step()));
    lines.addAll(table.lines());
    return new Finding(node, lines);
  }

  private static List<Path> tensorFiles(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList();
    } catch (IOException e) {
      throw new UserError("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }
}
