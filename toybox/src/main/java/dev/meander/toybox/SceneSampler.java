package dev.meander.toybox;

import dev.meander.random.RandomStream;
import dev.meander.reward.Box;
import dev.meander.reward.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Draws a scene that a description is true of, 64 x 64 pixels.
 *
 * <p>Objects keep a clear gap from each other and from the edge; a relation holds with a margin
 * over GenEval's threshold of 0.5. Colours that the description leaves open are random; the objects
 * of one group share theirs.
 */
public final class SceneSampler {
  /** Side of the images in pixels. */
  public static final int SIZE = 64;

  private static final double GAP = 4;
  private static final double EDGE = 1.5;
  private static final double RELATION_MARGIN = 0.68;
  private static final double TILT = StrictMath.toRadians(5);
  private static final int JITTER = 10;
  private static final int GROUND = 222;
  private static final int TRIES = 60;

  /** Smallest and largest radius for 1, 2, 3 and 4 objects. */
  private static final double[][] RADII = {{11, 14}, {9, 12}, {8.5, 10.5}, {8, 9.5}};

  private SceneSampler() {}

  /** A scene for the description; consumes from {@code random}. */
  public static Scene draw(Description description, RandomStream random) {
    Rgb ground = gray(GROUND - 6 + random.nextInt(13));
    Optional<Sign> sign = description.word().map(word -> sign(word, random));
    List<Figure> figures = new ArrayList<>();
    while (sign.isEmpty() && figures.isEmpty()) {
      figures = arrange(description, random);
    }
    return new Scene(SIZE, ground, figures, sign);
  }

  /** All objects, or an empty list when they came to lie wrongly. */
  private static List<Figure> arrange(Description description, RandomStream random) {
    int total = description.groups().stream().mapToInt(Description.Group::count).sum();
    double[] radii = RADII[total - 1];
    List<Figure> figures = new ArrayList<>();
    for (Description.Group group : description.groups()) {
      Color color = group.color().orElseGet(() -> random.pick(List.of(Color.values())));
      for (int i = 0; i < group.count(); i++) {
        Optional<Figure> placed = place(group.shape(), color, radii, figures, random);
        if (placed.isEmpty()) {
          return List.of();
        }
        figures.add(placed.get());
      }
    }
    return related(description.relation(), figures) ? figures : List.of();
  }

  private static Optional<Figure> place(
      Shape shape, Color color, double[] radii, List<Figure> others, RandomStream random) {
    for (int i = 0; i < TRIES; i++) {
      double x = random.between(0, SIZE);
      double y = random.between(0, SIZE);
      double radius = random.between(radii[0], radii[1]);
      double angle = random.between(-TILT, TILT);
      Rgb fill = color.rgb().jitter(random, JITTER);
      Figure figure = new Figure(shape, color, x, y, radius, angle, fill);
      if (inside(figure.box())
          && others.stream().allMatch(other -> figure.box().gap(other.box()) >= GAP)) {
        return Optional.of(figure);
      }
    }
    return Optional.empty();
  }

  private static boolean inside(Box box) {
    return box.left() >= EDGE
        && box.top() >= EDGE
        && box.right() <= SIZE - EDGE
        && box.bottom() <= SIZE - EDGE;
  }

  private static boolean related(Optional<Relation> relation, List<Figure> figures) {
    return relation.isEmpty()
        || relation.get().strength(figures.get(0).box(), figures.get(1).box()) >= RELATION_MARGIN;
  }

  private static Sign sign(String word, RandomStream random) {
    Rgb panel =
        random.nextInt(2) == 0 ? new Rgb(252, 252, 252) : Color.YELLOW.rgb().jitter(random, 6);
    double freedom = word.length() < 4 ? 6 : 1;
    double x = SIZE / 2.0 + random.between(-freedom, freedom);
    double y = SIZE / 2.0 + random.between(-10, 10);
    return new Sign(word, x, y, panel, gray(24 + random.nextInt(13)));
  }

  private static Rgb gray(int level) {
    return new Rgb(level, level, level);
  }
}
