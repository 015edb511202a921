package dev.meander.toybox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.reward.Relation;
import java.util.List;

/** GenEval's phrasing and metadata (its prompt generator's form, arXiv 2310.11513). */
public final class Captions {
  private static final List<String> NUMBERS = List.of("zero", "one", "two", "three", "four");

  private Captions() {}

  /** The caption, e.g. {@code a photo of a red circle and a blue star}: at most 11 words. */
  public static String text(Description description) {
    StringBuilder text = new StringBuilder("a photo of ");
    if (description.word().isPresent()) {
      return text.append("a sign saying \"")
          .append(description.word().get())
          .append('"')
          .toString();
    }
    text.append(phrase(description.groups().get(0)));
    if (description.groups().size() == 2) {
      text.append(' ')
          .append(description.relation().map(Relation::phrase).orElse("and"))
          .append(' ')
          .append(phrase(description.groups().get(1)));
    }
    return text.toString();
  }

  private static String phrase(Description.Group group) {
    String number = group.count() == 1 ? "a" : NUMBERS.get(group.count());
    String color = group.color().map(c -> c.word() + " ").orElse("");
    String noun = group.count() == 1 ? group.shape().word() : group.shape().plural();
    return number + " " + color + noun;
  }

  /**
   * The line of GenEval's JSONL for this caption.
   *
   * <p>As there, a position prompt includes the reference object first and the placed object
   * second, with {@code position: [phrase, 0]}; counting excludes one more than was asked for. A
   * sign has {@code text} in place of {@code include}.
   */
  public static ObjectNode metadata(Description description) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("tag", description.kind().tag());
    if (description.word().isPresent()) {
      line.put("text", description.word().get());
    } else {
      include(description, line.putArray("include"));
      exclude(description, line);
    }
    line.put("prompt", text(description));
    return line;
  }

  private static void include(Description description, ArrayNode include) {
    List<Description.Group> groups = description.groups();
    if (description.relation().isEmpty()) {
      groups.forEach(group -> clause(group, include.addObject()));
      return;
    }
    clause(groups.get(1), include.addObject());
    ObjectNode placed = include.addObject();
    clause(groups.get(0), placed);
    placed.putArray("position").add(description.relation().get().phrase()).add(0);
  }

  private static void clause(Description.Group group, ObjectNode clause) {
    clause.put("class", group.shape().word()).put("count", group.count());
    group.color().ifPresent(color -> clause.put("color", color.word()));
  }

  private static void exclude(Description description, ObjectNode line) {
    for (Description.Group group : description.groups()) {
      if (group.count() > 1) {
        line.withArray("exclude")
            .addObject()
            .put("class", group.shape().word())
            .put("count", group.count() + 1);
      }
    }
  }
}
