package dev.meander.toybox;

import dev.meander.random.RandomStream;
import dev.meander.reward.Relation;
import dev.meander.toybox.Description.Group;
import java.util.List;
import java.util.Optional;

/** Draws what a caption says, uniformly within its kind. */
final class DescriptionSampler {
  private static final List<Shape> SHAPES = List.of(Shape.values());
  private static final List<Color> COLORS = List.of(Color.values());
  private static final List<Relation> RELATIONS = List.of(Relation.values());

  private DescriptionSampler() {}

  static Description draw(Kind kind, RandomStream random) {
    Shape first = random.pick(SHAPES);
    Shape second = other(SHAPES, first, random);
    Color one = random.pick(COLORS);
    Color two = other(COLORS, one, random);
    Relation relation = random.pick(RELATIONS);
    int count = 2 + random.nextInt(3);
    return switch (kind) {
      case SINGLE_OBJECT -> Description.of(kind, Group.one(first));
      case TWO_OBJECT -> Description.of(kind, Group.one(first), Group.one(second));
      case COUNTING -> Description.of(kind, new Group(first, count, Optional.empty()));
      case COLORS -> Description.of(kind, Group.one(first, one));
      case POSITION -> Description.related(kind, Group.one(first), relation, Group.one(second));
      case COLOR_ATTR -> Description.of(kind, Group.one(first, one), Group.one(second, two));
      case COLOR_COUNTING -> Description.of(kind, new Group(first, count, Optional.of(one)));
      case COLOR_POSITION ->
          Description.related(kind, Group.one(first, one), relation, Group.one(second, two));
      case TEXT -> Description.sign(Words.draw(random));
    };
  }

  private static <T> T other(List<T> items, T not, RandomStream random) {
    int step = 1 + random.nextInt(items.size() - 1);
    return items.get((items.indexOf(not) + step) % items.size());
  }
}
