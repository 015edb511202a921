package dev.meander.distributed;

import dev.meander.config.UserError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/** What processes that should be equal say about themselves, compared. */
final class Differences {
  private static final char BETWEEN = '\0';
  private static final String ABSENT = "nothing";

  private Differences() {}

  static byte[] write(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((k, v) -> text.append(k).append(BETWEEN).append(v).append(BETWEEN));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, String> read(byte[] bytes) {
    String[] words = new String(bytes, StandardCharsets.UTF_8).split("\0", -1);
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i + 1 < words.length; i += 2) {
      values.put(words[i], words[i + 1]);
    }
    return values;
  }

  /**
   * @param all what {@link #write} made, by rank
   * @throws UserError with a line for each process and value that differs
   */
  static void refuse(String what, List<byte[]> all, IntFunction<String> name) {
    List<Map<String, String>> ranks = all.stream().map(Differences::read).toList();
    Set<String> keys = new TreeSet<>();
    ranks.forEach(values -> keys.addAll(values.keySet()));
    List<String> lines = new ArrayList<>();
    for (String key : keys) {
      List<String> values = ranks.stream().map(r -> r.getOrDefault(key, ABSENT)).toList();
      String usual = usual(values);
      for (int rank = 0; rank < values.size(); rank++) {
        if (!values.get(rank).equals(usual)) {
          lines.add(
              "%s has %s: %s, but %s has %s"
                  .formatted(
                      name.apply(rank),
                      key,
                      values.get(rank),
                      name.apply(values.indexOf(usual)),
                      usual));
        }
      }
    }
    if (!lines.isEmpty()) {
      throw new UserError(
          "the processes do not agree on " + what + ":\n  " + String.join("\n  ", lines));
    }
  }

  /** The commonest; of equally common ones the first. */
  private static String usual(List<String> values) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    values.forEach(v -> counts.merge(v, 1, Integer::sum));
    String best = values.get(0);
    for (Map.Entry<String, Integer> e : counts.entrySet()) {
      if (e.getValue() > counts.get(best)) {
        best = e.getKey();
      }
    }
    return best;
  }
}
