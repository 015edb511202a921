package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.internal.checkpoint.Checkpoint;
import dev.meander.weights.Folder;
import dev.meander.weights.TensorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
    List<Path> files =
        Folder.list(directory).stream().filter(f -> f.toString().endsWith(SUFFIX)).toList();
    for (Path file : files) {
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
}
