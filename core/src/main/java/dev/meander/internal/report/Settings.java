package dev.meander.internal.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A settings file (YAML or JSON) as a table of dotted keys, and as it is. */
final class Settings {
  /** Reads JSON as well, and keeps decimal numbers as they are written. */
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Settings() {}

  /** A section with the file's content; empty when there is no such file. */
  static String section(String title, Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      return "";
    }
    return "<section><h2>%s</h2>%s<details><summary>%s</summary><pre>%s</pre></details></section>\n"
        .formatted(
            Html.escape(title),
            table(text),
            Html.escape(file.getFileName().toString()),
            Html.escape(text));
  }

  private static String table(String text) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    try {
      JsonNode root = YAML.readTree(text);
      root.properties()
          .forEach(
              field -> {
                boolean nested = field.getValue().isContainerNode() && !flat(field.getValue());
                String group = nested ? field.getKey() : "";
                List<String> rows = groups.computeIfAbsent(group, key -> new ArrayList<>());
                addRows(rows, nested ? "" : field.getKey(), field.getValue());
              });
    } catch (JsonProcessingException e) {
      return ""; // the text itself is shown anyway
    }
    return groups.entrySet().stream()
        .map(Settings::group)
        .collect(Collectors.joining("", "<div class=\"settings\">", "</div>"));
  }

  private static String group(Map.Entry<String, List<String>> group) {
    String heading = group.getKey().isEmpty() ? "" : "<h3>" + Html.escape(group.getKey()) + "</h3>";
    return "<div>" + heading + "<table>" + String.join("", group.getValue()) + "</table></div>\n";
  }

  private static void addRows(List<String> rows, String key, JsonNode value) {
    if (value.isObject() && !value.isEmpty()) {
      value
          .properties()
          .forEach(field -> addRows(rows, join(key, field.getKey()), field.getValue()));
    } else if (value.isArray() && !flat(value)) {
      for (int i = 0; i < value.size(); i++) {
        addRows(rows, join(key, Integer.toString(i + 1)), value.get(i));
      }
    } else {
      rows.add(
          "<tr><th>%s</th><td>%s</td></tr>".formatted(Html.escape(key), Html.escape(show(value))));
    }
  }

  private static String join(String key, String name) {
    return key.isEmpty() ? name : key + "." + name;
  }

  /** Whether a list holds plain values only. */
  private static boolean flat(JsonNode value) {
    return value.isArray()
        && StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isValueNode);
  }

  private static String show(JsonNode value) {
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false)
          .map(JsonNode::asText)
          .collect(Collectors.joining(", "));
    }
    return value.isNull() || value.isObject() ? "\u2013" : value.asText();
  }
}
