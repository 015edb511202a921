package dev.meander.rewards;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.image.Image;
import dev.meander.reward.DetectedObjects;
import dev.meander.reward.Detection;
import dev.meander.reward.GenEvalMetadata;
import dev.meander.reward.GradedReward;
import dev.meander.reward.Relation;
import dev.meander.reward.StrictEvaluation;
import dev.meander.toybox.Color;
import dev.meander.toybox.Example;
import dev.meander.toybox.Kind;
import dev.meander.toybox.Mixture;
import dev.meander.toybox.Scene;
import dev.meander.toybox.Shape;
import dev.meander.toybox.Sign;
import dev.meander.toybox.Toybox;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How often the verdict on the pixels is the verdict on the scene that was drawn.
 *
 * <p>Each picture is judged against its own caption, which is true, and against a near miss: the
 * same metadata with one class, count, colour or relation changed.
 */
final class Agreement {
  private static final long SEED = 0xFEED;

  /** A change to a clean picture, the same for the same index. */
  interface Condition {
    Image apply(Image image, int index);
  }

  /** Shares of pictures on which both verdicts are the same, and of equal graded rewards. */
  record Result(double own, double nearMiss, double graded, double nearMissesRight) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "| %.2f%% | %.2f%% | %.2f%% |", 100 * own, 100 * nearMiss, 100 * graded);
    }
  }

  private Agreement() {}

  /** Shapes: {@code images} pictures of GenEval's six tasks in equal shares. */
  static Result shapes(int images, Condition condition) {
    Map<Kind, Double> shares = new HashMap<>();
    Kind.GENEVAL.forEach(kind -> shares.put(kind, 1.0));
    Toybox toybox = new Toybox(SEED, new Mixture(shares));
    ShapeDetector detector = new ShapeDetector();
    List<double[]> rows =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(i -> compare(toybox.example(i), i, condition, detector))
            .toList();
    return new Result(mean(rows, 0), mean(rows, 1), mean(rows, 2), mean(rows, 3));
  }

  private static double[] compare(
      Example example, int index, Condition condition, ShapeDetector detector) {
    List<Detection> drawn = truth(example.scene());
    List<Detection> seen = detector.detect(condition.apply(example.image(), index));
    ObjectNode own = (ObjectNode) example.metadata();
    ObjectNode wrong = nearMiss(own, new Random(index));
    return new double[] {
      correct(own, drawn) == correct(own, seen) ? 1 : 0,
      correct(wrong, drawn) == correct(wrong, seen) ? 1 : 0,
      Math.abs(graded(wrong, drawn) - graded(wrong, seen)) < 1e-9 ? 1 : 0,
      correct(wrong, drawn) ? 1 : 0
    };
  }

  /** Signs: the share of words read without a mistake. */
  static double signs(int images, Condition condition) {
    Toybox toybox = new Toybox(SEED, Mixture.withText(1));
    SignReader reader = new SignReader();
    return IntStream.range(0, images)
        .parallel()
        .mapToDouble(
            i -> {
              Example example = toybox.example(i);
              String word = example.scene().sign().map(Sign::word).orElseThrow();
              return reader.read(condition.apply(example.image(), i)).equals(word) ? 1 : 0;
            })
        .average()
        .orElseThrow();
  }

  /** What a perfect detector sees. */
  static List<Detection> truth(Scene scene) {
    return scene.figures().stream()
        .map(f -> new Detection(f.shape().word(), 1, f.box(), f.color().word()))
        .toList();
  }

  private static boolean correct(ObjectNode line, List<Detection> detections) {
    GenEvalMetadata metadata = GenEvalMetadata.parse(line, "a drawn caption");
    return StrictEvaluation.failures(metadata, new DetectedObjects(detections, metadata.tag()))
        .isEmpty();
  }

  private static double graded(ObjectNode line, List<Detection> detections) {
    GenEvalMetadata metadata = GenEvalMetadata.parse(line, "a drawn caption");
    return new GradedReward(false).score(metadata, new DetectedObjects(detections, metadata.tag()));
  }

  /** The line with one thing changed. */
  static ObjectNode nearMiss(ObjectNode line, Random random) {
    ObjectNode wrong = line.deepCopy();
    ArrayNode include = (ArrayNode) wrong.get("include");
    ObjectNode clause = (ObjectNode) include.get(random.nextInt(include.size()));
    if (clause.has("position") && random.nextBoolean()) {
      List<String> phrases = List.of(Relation.values()).stream().map(Relation::phrase).toList();
      ArrayNode position = (ArrayNode) clause.get("position");
      position.set(0, other(phrases, position.get(0).asText(), random));
    } else if (clause.has("color") && random.nextBoolean()) {
      List<String> colors = List.of(Color.values()).stream().map(Color::word).toList();
      clause.put("color", other(colors, clause.get("color").asText(), random));
    } else if (wrong.has("exclude") && random.nextBoolean()) {
      int count = Math.max(1, clause.get("count").asInt() + (random.nextBoolean() ? 1 : -1));
      clause.put("count", count);
      ((ObjectNode) wrong.get("exclude").get(0)).put("count", count + 1);
    } else {
      List<String> shapes = List.of(Shape.values()).stream().map(Shape::word).toList();
      clause.put("class", other(shapes, clause.get("class").asText(), random));
    }
    return wrong;
  }

  private static String other(List<String> items, String not, Random random) {
    return items.get((items.indexOf(not) + 1 + random.nextInt(items.size() - 1)) % items.size());
  }

  private static double mean(List<double[]> rows, int column) {
    return rows.stream().mapToDouble(row -> row[column]).average().orElseThrow();
  }
}
