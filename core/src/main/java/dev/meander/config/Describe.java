package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints what can be set in a record, as reference tables. */
public final class Describe {
  private Describe() {}

  /**
   * A table with a row for each setting, its type, default and meaning; then a table for each kind
   * of section that can stand in several places or be chosen by {@code type:}.
   */
  public static String toMarkdown(Class<? extends Record> record) {
    return new Markdown().document(record);
  }

  static String range(Range range) {
    if (range.below() != Double.POSITIVE_INFINITY) {
      String below = "below " + number(range.below());
      return range.min() == Double.NEGATIVE_INFINITY
          ? below
          : "at least " + number(range.min()) + " and " + below;
    }
    if (range.min() == Double.NEGATIVE_INFINITY) {
      return "at most " + number(range.max());
    }
    if (range.max() == Double.POSITIVE_INFINITY) {
      return "at least " + number(range.min());
    }
    return "between " + number(range.min()) + " and " + number(range.max());
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  private static String doc(Class<?> type) {
    Doc doc = type.getAnnotation(Doc.class);
    return doc == null ? "" : doc.value();
  }

  /** "a list of an integer, each at least 1". */
  static String kind(Field field) {
    StringBuilder text = new StringBuilder(kind(field.valueType()));
    if (field.component().isAnnotationPresent(Positive.class)) {
      text.append(", greater than 0");
    }
    Range range = field.component().getAnnotation(Range.class);
    if (range != null) {
      text.append(", ").append(range(range));
    }
    return text.toString();
  }

  private static String kind(Type type) {
    Class<?> raw = Field.raw(type);
    if (raw == List.class) {
      return "list: each " + kind(Field.argument(type, 0));
    } else if (raw == Map.class) {
      return "named values: each " + kind(Field.argument(type, 1));
    } else if (raw == JsonNode.class) {
      return "any";
    } else if (Field.isChoice(raw)) {
      return "type: one of " + String.join(", ", Field.variants(raw).keySet());
    } else if (raw.isRecord()) {
      return "section";
    }
    return Scalars.kind(raw).map(Scalars.Kind::name).orElseThrow();
  }

  static String defaultOf(Field field) {
    return field.isOptional() ? "none" : field.defaultText().orElse("required");
  }

  /** One document: sections still to be described are queued, so that each is described once. */
  private static final class Markdown {
    private final StringBuilder out = new StringBuilder();
    private final Map<Class<?>, String> titles = new LinkedHashMap<>();
    private final Deque<Class<?>> waiting = new ArrayDeque<>();

    String document(Class<?> record) {
      table(record);
      while (!waiting.isEmpty()) {
        Class<?> next = waiting.remove();
        out.append("\n### ").append(titles.get(next)).append("\n\n");
        table(next);
      }
      return out.toString();
    }

    private void table(Class<?> record) {
      if (!doc(record).isEmpty()) {
        out.append(doc(record)).append("\n\n");
      }
      if (record.getRecordComponents().length == 0) {
        out.append("Nothing to set.\n");
        return;
      }
      out.append("| key | type | default | meaning |\n|---|---|---|---|\n");
      rows(record, "", new ArrayDeque<>());
    }

    /** Plain sections are part of their parent's table, as dotted keys. */
    private void rows(Class<?> record, String prefix, Deque<Class<?>> open) {
      open.push(record);
      for (Field field : Field.flat(record)) {
        String key = prefix + field.key();
        Class<?> raw = Field.raw(field.type());
        if (raw.isRecord() && field.defaultText().isEmpty() && !open.contains(raw)) {
          rows(raw, key + ".", open);
        } else {
          row(key, field);
          Field.sections(field.type(), key).forEach(this::section);
        }
      }
      open.pop();
    }

    private void row(String key, Field field) {
      out.append("| `").append(key).append("` | ").append(cell(kind(field))).append(" | ");
      boolean bare = defaultOf(field).equals("required") || defaultOf(field).equals("none");
      out.append(bare ? defaultOf(field) : "`" + cell(defaultOf(field)) + "`");
      out.append(" | ").append(cell(field.doc())).append(" |\n");
    }

    private static String cell(String text) {
      return text.replace("|", "\\|").replace('\n', ' ');
    }

    private void section(Field.Section section) {
      String type = section.variant().map(name -> " of type `" + name + "`").orElse("");
      if (titles.putIfAbsent(section.record(), "`" + section.key() + "`" + type) == null) {
        waiting.add(section.record());
      }
    }
  }
}
