package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.TensorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A safetensors file, a sharded one, or a directory with one of them. */
final class TensorFiles {
  private TensorFiles() {}

  static Finding inspect(Path path) {
    try (TensorStore store = TensorStore.open(path)) {
      Tensors counts = Tensors.of(store);
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("kind", "tensors").put("path", store.path().toString());
      counts.putInto(node);
      ObjectNode metadata = node.putObject("metadata");
      store.metadata().forEach(metadata::put);
      ArrayNode list = node.putArray("entries");
      Table table = new Table("tensor", "type", "shape", "bytes");
      for (String name : store.names()) {
        Entry entry = store.entry(name);
        ObjectNode one = list.addObject().put("name", name).put("dtype", Tensors.dtype(entry));
        ArrayNode shape = one.putArray("shape");
        Arrays.stream(entry.shape()).forEach(shape::add);
        one.put("bytes", entry.byteCount());
        table.row(
            name,
            Tensors.dtype(entry),
            Arrays.toString(entry.shape()),
            Tensors.count(entry.byteCount()));
      }
      List<String> lines = new ArrayList<>();
      lines.add(
          "%s: %s tensors, %s parameters, %s, %s"
              .formatted(
                  store.path(),
                  Tensors.count(counts.tensors()),
                  Tensors.count(counts.parameters()),
                  counts.types(),
                  Tensors.size(counts.bytes())));
      store.metadata().forEach((key, value) -> lines.add("  " + key + ": " + value));
      ArrayNode remarks = node.putArray("remarks");
      for (String remark : Remarks.of(store)) {
        remarks.add(remark);
        lines.add("  " + remark);
      }
      lines.addAll(table.lines());
      return new Finding(node, lines);
    }
  }
}
