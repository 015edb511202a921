package dev.meander.toybox;

import dev.meander.random.RandomStream;
import dev.meander.reward.Relation;
import dev.meander.toybox.Description.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A hard negative: a description with one thing changed, which the worse image of a pair shows. */
final class HardNegative {
  private static final int MOST = 4; // objects that an image has room for

  private HardNegative() {}

  /**
   * The changed description.
   *
   * @param flaw one of {@link Flaw#ofMeaning}
   */
  static Description of(Description d, Flaw flaw, RandomStream random) {
    List<Group> groups = new ArrayList<>(d.groups());
    int at = random.nextInt(groups.size());
    Group group = groups.get(at);
    Optional<Relation> relation = d.relation();
    switch (flaw) {
      case COUNT -> groups.set(at, counted(group, otherCount(groups, group.count(), random)));
      case SHAPE -> groups.set(at, shaped(group, otherShape(groups, random)));
      case COLOR -> recolor(groups, at, random);
      case POSITION -> relation = Optional.of(otherRelation(relation.orElseThrow(), random));
      default -> throw new IllegalArgumentException(flaw + " leaves an image true");
    }
    return new Description(d.kind(), groups, relation, d.word());
  }

  private static Group counted(Group group, int count) {
    return new Group(group.shape(), count, group.color());
  }

  private static Group shaped(Group group, Shape shape) {
    return new Group(shape, group.count(), group.color());
  }

  private static Group colored(Group group, Color color) {
    return new Group(group.shape(), group.count(), Optional.of(color));
  }

  /** One more or one less, at least 1, with room for all. */
  private static int otherCount(List<Group> groups, int count, RandomStream random) {
    int all = groups.stream().mapToInt(Group::count).sum();
    boolean more = all < MOST && (count == 1 || random.nextInt(2) == 0);
    return more ? count + 1 : count - 1;
  }

  private static Shape otherShape(List<Group> groups, RandomStream random) {
    List<Shape> used = groups.stream().map(Group::shape).toList();
    return random.pick(Arrays.stream(Shape.values()).filter(s -> !used.contains(s)).toList());
  }

  private static Relation otherRelation(Relation not, RandomStream random) {
    return random.nextInt(2) == 0
        ? not.inverse()
        : random.pick(Arrays.stream(Relation.values()).filter(r -> r != not).toList());
  }

  private static void recolor(List<Group> groups, int at, RandomStream random) {
    if (groups.size() == 2 && random.nextInt(2) == 0) {
      Color first = groups.get(0).color().orElseThrow();
      groups.set(0, colored(groups.get(0), groups.get(1).color().orElseThrow()));
      groups.set(1, colored(groups.get(1), first));
      return;
    }
    List<Color> used = groups.stream().flatMap(g -> g.color().stream()).toList();
    List<Color> others = Arrays.stream(Color.values()).filter(c -> !used.contains(c)).toList();
    groups.set(at, colored(groups.get(at), random.pick(others)));
  }
}
