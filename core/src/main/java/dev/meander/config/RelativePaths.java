package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Relative paths in a file are relative to that file. Where nothing lies there, but in the working
 * directory or among what is bundled, that is meant.
 */
public final class RelativePaths {
  private final Function<String, Optional<Path>> folders;
  private final Map<String, Class<? extends Record>> named;

  private RelativePaths(
      Function<String, Optional<Path>> folders, Map<String, Class<? extends Record>> named) {
    this.folders = folders;
    this.named = named;
  }

  /**
   * Puts the folders of their files before the paths of a tree that {@link ConfigFile} read.
   *
   * @param tree the tree, which is changed in place; what does not fit the record is left as it is
   * @param record what {@link Binder} makes of the tree
   * @param folders the folder of the file that a value was read from, by the file's name as {@link
   *     ConfigFile} was told it; empty where its paths stay as they are
   * @param named the records of settings that stand below a name ({@code name} or {@code reward})
   *     and follow from it
   */
  public static void resolve(
      ObjectNode tree,
      Class<? extends Record> record,
      Function<String, Optional<Path>> folders,
      Map<String, Class<? extends Record>> named) {
    new RelativePaths(folders, named).record(tree, record);
  }

  private void record(JsonNode node, Class<?> record) {
    if (!(node instanceof ObjectNode section)) {
      return;
    }
    for (Field field : Field.flat(record)) {
      JsonNode value = section.path(field.key());
      if (isPath(field)) {
        folder(section, field.key())
            .ifPresent(folder -> section.replace(field.key(), placed(value, folder)));
      } else if (Field.raw(field.type()) == JsonNode.class) {
        following(section).ifPresent(its -> record(value, its));
      } else {
        below(value, field.valueType());
      }
    }
  }

  private static boolean isPath(Field field) {
    Class<?> raw = Field.raw(field.valueType());
    return field.component().isAnnotationPresent(FilePath.class)
        || raw == Path.class
        || raw == List.class && Field.raw(Field.argument(field.valueType(), 0)) == Path.class;
  }

  private Optional<Path> folder(ObjectNode section, String key) {
    Origin origin = LocatedObject.origin(section, key, null);
    return section.has(key) && origin != null ? folders.apply(origin.source()) : Optional.empty();
  }

  private Optional<Class<? extends Record>> following(ObjectNode section) {
    return Stream.of("name", "reward")
        .map(key -> section.path(key).asText())
        .filter(named::containsKey)
        .<Class<? extends Record>>map(named::get)
        .findFirst();
  }

  private void below(JsonNode value, Type type) {
    Class<?> raw = Field.raw(type);
    if (raw == List.class || raw == Map.class) {
      Type inner = Field.argument(type, raw == List.class ? 0 : 1);
      value.forEach(one -> below(one, inner));
    } else if (raw.isRecord()) {
      record(value, raw);
    } else if (Field.isChoice(raw)) {
      Class<?> chosen = Field.variants(raw).get(value.path("type").asText());
      if (chosen != null) {
        record(value, chosen);
      }
    }
  }

  private static JsonNode placed(JsonNode value, Path folder) {
    if (value instanceof ArrayNode list) {
      ArrayNode placed = JsonNodeFactory.instance.arrayNode();
      list.forEach(one -> placed.add(placed(one, folder)));
      return placed;
    }
    return value.isTextual() ? TextNode.valueOf(placed(value.textValue(), folder)) : value;
  }

  /**
   * What is nowhere belongs beside the file if its folder is there: messages then name that place.
   * A colon is that of a set of prompts.
   */
  private static String placed(String text, Path folder) {
    try {
      Path given = Path.of(text);
      if (text.isEmpty() || given.isAbsolute()) {
        return text;
      }
      Path beside = folder.resolve(given);
      boolean fits =
          Files.exists(beside)
              || text.indexOf(':') < 0
                  && Files.isDirectory(beside.toAbsolutePath().getParent())
                  && !Files.exists(Home.resolve(text));
      return fits ? beside.toString() : text;
    } catch (InvalidPathException e) {
      return text;
    }
  }
}
