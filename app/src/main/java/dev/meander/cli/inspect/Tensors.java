package dev.meander.cli.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.TensorStore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Counts over the tensors of a file.
 *
 * @param tensors how many
 * @param parameters their elements
 * @param bytes their size
 * @param dtypes how many of each type
 */
record Tensors(int tensors, long parameters, long bytes, Map<String, Integer> dtypes) {
  static Tensors of(TensorStore store) {
    return of(store.names().stream().map(store::entry).toList());
  }

  static Tensors of(List<Entry> entries) {
    long parameters = 0;
    long bytes = 0;
    Map<String, Integer> dtypes = new TreeMap<>();
    for (Entry entry : entries) {
      parameters += elements(entry);
      bytes += entry.byteCount();
      dtypes.merge(dtype(entry), 1, Integer::sum);
    }
    return new Tensors(entries.size(), parameters, bytes, dtypes);
  }

  static String dtype(Entry entry) {
    return entry.dtype().name().toLowerCase(Locale.ROOT);
  }

  private static long elements(Entry entry) {
    long n = 1;
    for (long side : entry.shape()) {
      n *= side;
    }
    return n;
  }

  /** Adds the counts to a document. */
  ObjectNode putInto(ObjectNode node) {
    node.put("tensors", tensors).put("parameters", parameters).put("bytes", bytes);
    ObjectNode types = node.putObject("dtypes");
    dtypes.forEach(types::put);
    return node;
  }

  /** {@code f16}, or {@code f16 120, f32 2} where there are several. */
  String types() {
    return dtypes.size() == 1
        ? dtypes.keySet().iterator().next()
        : dtypes.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
  }

  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 812 B}, {@code 15.1 MB}. */
  static String size(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }
}
