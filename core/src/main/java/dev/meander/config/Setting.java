package dev.meander.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One setting of a file, as it is documented.
 *
 * @param key its place, e.g. {@code method.window.size}, {@code rewards[].name}
 * @param of the types that the sections above must have for it, e.g. {@code method.window: fixed};
 *     empty when it is always there
 * @param kind what it must be, e.g. {@code an integer, at least 1}
 * @param standard its default as it would be written; {@code required} or {@code none}
 * @param meaning what it does
 */
public record Setting(String key, List<String> of, String kind, String standard, String meaning) {
  /** Every setting of {@code record}, in the order in which they are declared. */
  public static List<Setting> all(Class<? extends Record> record) {
    List<Setting> all = new ArrayList<>();
    record(record, "", List.of(), new ArrayDeque<>(), all);
    return all;
  }

  private static void record(
      Class<?> record, String prefix, List<String> of, Deque<Class<?>> open, List<Setting> all) {
    if (open.contains(record)) {
      return;
    }
    open.push(record);
    for (Field field : Field.flat(record)) {
      String key = prefix + field.key();
      Class<?> raw = Field.raw(field.type());
      if (!raw.isRecord() || field.defaultText().isPresent()) {
        all.add(new Setting(key, of, Describe.kind(field), Describe.defaultOf(field), field.doc()));
      }
      for (Field.Section section : Field.sections(field.type(), key)) {
        List<String> chosen = new ArrayList<>(of);
        section.variant().ifPresent(name -> chosen.add(section.key() + ": " + name));
        record(section.record(), section.key() + ".", List.copyOf(chosen), open, all);
      }
    }
    open.pop();
  }

  /** Whether it is {@code wanted}, stands below it, or has it as the last part of its key. */
  public boolean matches(String wanted) {
    String plain = key.replaceAll("\\[[0-9]*]", "");
    String part = wanted.replaceAll("\\[[0-9]*]", "");
    return plain.equals(part) || plain.startsWith(part + ".") || plain.endsWith("." + part);
  }
}
