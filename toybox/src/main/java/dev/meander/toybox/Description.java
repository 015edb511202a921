package dev.meander.toybox;

import dev.meander.reward.Relation;
import java.util.List;
import java.util.Optional;

/**
 * What a caption says, before it is put into words.
 *
 * @param groups the objects in the order in which the caption names them; empty for a sign
 * @param relation the relation of the first group to the second
 * @param word what the sign says
 */
public record Description(
    Kind kind, List<Group> groups, Optional<Relation> relation, Optional<String> word) {
  public Description {
    groups = List.copyOf(groups);
  }

  /** {@code count} objects of one shape, of one colour when the caption names it. */
  public record Group(Shape shape, int count, Optional<Color> color) {
    static Group one(Shape shape) {
      return new Group(shape, 1, Optional.empty());
    }

    static Group one(Shape shape, Color color) {
      return new Group(shape, 1, Optional.of(color));
    }
  }

  static Description of(Kind kind, Group... groups) {
    return new Description(kind, List.of(groups), Optional.empty(), Optional.empty());
  }

  static Description related(Kind kind, Group first, Relation relation, Group second) {
    return new Description(kind, List.of(first, second), Optional.of(relation), Optional.empty());
  }

  static Description sign(String word) {
    return new Description(Kind.TEXT, List.of(), Optional.empty(), Optional.of(word));
  }
}
