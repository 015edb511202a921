package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an image must and must not show: one line of GenEval's JSONL (arXiv 2310.11513).
 *
 * @param tag the task, one of {@link #TAGS}
 * @param include the clauses that must all hold, in order
 * @param exclude the clauses of which none may hold
 */
public record GenEvalMetadata(String tag, List<Include> include, List<Exclude> exclude) {
  /** GenEval's six tasks, in its order. */
  public static final List<String> TAGS =
      List.of("single_object", "two_object", "counting", "colors", "position", "color_attr");

  public GenEvalMetadata {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /** At least {@code count} objects of a class, of a colour, in a place relative to others. */
  public record Include(
      String className, int count, Optional<String> color, Optional<Position> position) {}

  /** A relation to the objects of an earlier include clause, by its index. */
  public record Position(Relation relation, int target) {}

  /** Fewer than {@code count} objects of a class. */
  public record Exclude(String className, int count) {}

  /**
   * Reads and checks one line.
   *
   * @param where names the line in the message, e.g. a prompt's id
   * @throws UserError naming everything that is wrong with it
   */
  public static GenEvalMetadata parse(JsonNode line, String where) {
    Parser parser = new Parser();
    GenEvalMetadata metadata = parser.line(line);
    if (!parser.problems.isEmpty()) {
      throw new UserError(
          "metadata of %s is not in GenEval's form: %s"
              .formatted(where, String.join("; ", parser.problems)));
    }
    return metadata;
  }

  private static final class Parser {
    private static final Set<String> INCLUDE_KEYS = Set.of("class", "count", "color", "position");
    private static final Set<String> EXCLUDE_KEYS = Set.of("class", "count");

    private final List<String> problems = new ArrayList<>();

    GenEvalMetadata line(JsonNode line) {
      String tag = line.path("tag").asText("");
      if (!TAGS.contains(tag)) {
        problems.add("tag must be one of " + TAGS + ", not " + show(line.get("tag")));
      }
      JsonNode include = line.path("include");
      if (!include.isArray() || include.isEmpty()) {
        problems.add(
            include.asText().strip().startsWith("[")
                ? "include is a string that holds JSON; write the list itself, without quotes around it"
                : "include must be a list with at least one clause");
      }
      if (line.has("exclude") && !line.get("exclude").isArray()) {
        problems.add("exclude must be a list of clauses");
      }
      List<Include> includes = new ArrayList<>();
      for (JsonNode clause : include) {
        includes.add(include(clause, includes.size()));
      }
      List<Exclude> excludes = new ArrayList<>();
      for (JsonNode clause : line.path("exclude")) {
        String at = "exclude[" + excludes.size() + "]";
        knownKeys(clause, EXCLUDE_KEYS, at);
        excludes.add(new Exclude(className(clause, at), count(clause, at)));
      }
      return new GenEvalMetadata(tag, includes, excludes);
    }

    private Include include(JsonNode clause, int index) {
      String at = "include[" + index + "]";
      knownKeys(clause, INCLUDE_KEYS, at);
      Optional<String> color = Optional.empty();
      if (clause.has("color")) {
        color = Optional.of(clause.get("color").asText());
        if (!clause.get("color").isTextual()) {
          problems.add(at + ".color must be a colour's name");
        }
      }
      return new Include(
          className(clause, at), count(clause, at), color, position(clause, at, index));
    }

    private Optional<Position> position(JsonNode clause, String at, int index) {
      if (!clause.has("position")) {
        return Optional.empty();
      }
      JsonNode position = clause.get("position");
      Optional<Relation> relation = Relation.of(position.path(0).asText());
      JsonNode target = position.path(1);
      if (position.size() != 2
          || relation.isEmpty()
          || !target.isInt()
          || target.asInt() < 0
          || target.asInt() >= index) {
        problems.add(
            "%s.position must be [a relation, the index of an earlier clause], the relation one of left of, right of, above, below; not %s"
                .formatted(at, position));
        return Optional.empty();
      }
      return Optional.of(new Position(relation.get(), target.asInt()));
    }

    private String className(JsonNode clause, String at) {
      JsonNode name = clause.path("class");
      if (!name.isTextual() || name.asText().isBlank()) {
        problems.add(at + ".class must name a class");
      }
      return name.asText();
    }

    private int count(JsonNode clause, String at) {
      JsonNode count = clause.path("count");
      if (!count.isInt() || count.asInt() < 1) {
        problems.add(
            at + ".count must be a whole number, 1 or more, not " + show(clause.get("count")));
      }
      return count.asInt();
    }

    private void knownKeys(JsonNode clause, Set<String> known, String at) {
      clause
          .fieldNames()
          .forEachRemaining(
              key -> {
                if (!known.contains(key)) {
                  problems.add(at + " has an unknown key " + key);
                }
              });
    }

    private static String show(JsonNode value) {
      return value == null ? "missing" : value.toString();
    }
  }
}
