package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.image.Image;
import dev.meander.reward.Box;
import dev.meander.reward.Detection;
import dev.meander.toybox.Color;
import dev.meander.toybox.Rgb;
import dev.meander.toybox.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapeDetectorTest {
  private static final Rgb RED = Color.RED.rgb();
  private static final Rgb BLUE = Color.BLUE.rgb();

  private final ShapeDetector detector = new ShapeDetector();

  private List<Detection> detect(Canvas canvas) {
    return detector.detect(canvas.image());
  }

  private static Canvas.Area shape(Shape shape, double x, double y, double radius, double degrees) {
    double cos = Math.cos(Math.toRadians(degrees)) / radius;
    double sin = Math.sin(Math.toRadians(degrees)) / radius;
    return (px, py) ->
        shape.contains(cos * (px - x) + sin * (py - y), cos * (py - y) - sin * (px - x));
  }

  @Test
  void everyShapeInEveryColor() {
    for (Shape shape : Shape.values()) {
      for (Color color : Color.values()) {
        List<Detection> seen = detect(new Canvas().draw(color.rgb(), shape(shape, 3, -5, 9.3, 4)));
        assertThat(seen).as("%s %s", color, shape).hasSize(1);
        assertThat(seen.get(0).className()).isEqualTo(shape.word());
        assertThat(seen.get(0).color()).isEqualTo(color.word());
        assertThat(seen.get(0).score()).isGreaterThan(0.9);
      }
    }
  }

  @Test
  void theBoxIsThatOfTheObject() {
    Canvas canvas = new Canvas().draw(RED, (x, y) -> x > -20 && x < 0 && y > 3 && y < 23);
    Box box = detect(canvas).get(0).box();
    assertThat(box).isEqualTo(new Box(12, 35, 32, 55));
  }

  @Test
  void aTurnedShapeKeepsItsName() {
    for (Shape shape : Shape.values()) {
      for (int degrees = 0; degrees < 120; degrees += 17) {
        List<Detection> seen = detect(new Canvas().draw(BLUE, shape(shape, 0, 0, 12, degrees)));
        assertThat(seen.get(0).className()).as("%s at %s", shape, degrees).isEqualTo(shape.word());
      }
    }
  }

  @Test
  void anEmptyGroundHoldsNothing() {
    assertThat(detect(new Canvas())).isEmpty();
    Image noisy = Degrade.noise(new Canvas().image(), 0.15, 3);
    assertThat(detector.detect(noisy)).isEmpty();
  }

  @Test
  void whatIsNoShapeIsNotBelieved() {
    List<Canvas.Area> junk =
        List.of(
            (x, y) -> x * x + y * y <= 144 && y < 0,
            (x, y) -> x * x + y * y <= 144 && x * x + y * y > 49,
            (x, y) -> Math.abs(y) < 3 && Math.abs(x) < 20,
            (x, y) -> Math.abs(x) < 10 && Math.abs(y) < 10 && (x < -3 || y > 3),
            (x, y) -> Math.hypot(x - 8, y) <= 9 || Math.hypot(x + 8, y) <= 9,
            (x, y) -> x * x / 2 + y * y * 2 <= 121);
    for (int i = 0; i < junk.size(); i++) {
      List<Detection> seen = detect(new Canvas().draw(RED, junk.get(i)));
      assertThat(seen).as("junk %s", i).allMatch(detection -> detection.score() < 0.3);
    }
  }

  @Test
  void betweenTwoClassesTheScoreFalls() {
    double least = 1;
    String before = "circle";
    for (double power = 2; power < 8; power += 0.1) {
      double p = power;
      Canvas.Area between =
          (x, y) -> Math.pow(Math.abs(x) / 10, p) + Math.pow(Math.abs(y) / 10, p) <= 1;
      Detection seen = detect(new Canvas().draw(RED, between)).get(0);
      assertThat(seen.className()).isIn(before, "square");
      before = seen.className();
      least = Math.min(least, seen.score());
    }
    assertThat(before).isEqualTo("square");
    assertThat(least).isLessThan(0.5);
  }

  @Test
  void touchingObjectsAreToldApartByColor() {
    Canvas canvas =
        new Canvas()
            .draw(RED, (x, y) -> x > -20 && x < 0 && Math.abs(y) < 10)
            .draw(BLUE, (x, y) -> x >= 0 && x < 20 && Math.abs(y) < 10);
    assertThat(detect(canvas))
        .extracting(detection -> detection.color() + " " + detection.className())
        .containsExactlyInAnyOrder("red square", "blue square");
  }

  @Test
  void greyObjectsHaveNoColorAndAreNotSeen() {
    assertThat(detect(new Canvas().draw(new Rgb(40, 40, 40), shape(Shape.STAR, 0, 0, 12, 0))))
        .isEmpty();
  }

  @Test
  void theBestComesFirst() {
    Canvas canvas =
        new Canvas()
            .draw(RED, (x, y) -> (x + 16) * (x + 16) / 1.3 + y * y * 1.3 <= 121)
            .draw(BLUE, shape(Shape.CROSS, 14, 0, 11, 0));
    List<Detection> seen = detect(canvas);
    assertThat(seen).extracting(Detection::className).containsExactly("cross", "circle");
    assertThat(seen.get(0).score()).isGreaterThan(seen.get(1).score());
  }
}
