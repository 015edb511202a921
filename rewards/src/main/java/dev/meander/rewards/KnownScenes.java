package dev.meander.rewards;

import dev.meander.config.ConfigFile;
import dev.meander.image.Canvas;
import dev.meander.prompt.Prompt;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.toybox.Color;
import dev.meander.toybox.Figure;
import dev.meander.toybox.Painter;
import dev.meander.toybox.Rgb;
import dev.meander.toybox.Scene;
import dev.meander.toybox.Shape;
import dev.meander.toybox.Sign;
import java.util.List;
import java.util.Optional;

/** Drawn images of which it is known what stands in them. */
final class KnownScenes {
  private static final int SIDE = 64;
  private static final Rgb GROUND = new Rgb(222, 222, 222);

  /** Letters of straight strokes alone, which need no font. */
  private static final String WORD = "LEFT";

  private KnownScenes() {}

  /** Shapes and a sign of the toy world. */
  static List<KnownPicture> toys() {
    Scene shapes =
        scene(
            List.of(
                figure(Shape.CIRCLE, Color.RED, 20, 20), figure(Shape.SQUARE, Color.BLUE, 44, 44)),
            Optional.empty());
    Scene sign =
        scene(
            List.of(),
            Optional.of(new Sign("OPEN", 32, 32, new Rgb(250, 250, 250), new Rgb(20, 20, 20))));
    return List.of(
        KnownPicture.of(
            "a red circle and a blue square",
            sample(
                shapes,
                "a photo of a red circle and a blue square",
                "{tag: color_attr, include: [{class: circle, count: 1, color: red}, {class: square, count: 1, color: blue}]}"),
            1),
        KnownPicture.of(
            "the same image instead of two stars",
            sample(
                shapes,
                "a photo of two stars",
                "{tag: counting, include: [{class: star, count: 2}], exclude: [{class: star, count: 3}]}"),
            0),
        KnownPicture.of(
            "a sign that says OPEN", sample(sign, "a sign saying \"OPEN\"", "{tag: text}"), 1));
  }

  /**
   * Large letters.
   *
   * @param characters the only ones that may be read; empty for all
   */
  static List<KnownPicture> letters(String characters) {
    boolean readable =
        characters.isEmpty() || WORD.chars().allMatch(c -> characters.indexOf(c) >= 0);
    Canvas picture = new Canvas(320, 160, 0xffffff).text(WORD, 42, 45, 10, 0);
    Prompt prompt = Prompt.of("check", "a sign that says \"" + WORD + "\"");
    return readable
        ? List.of(
            KnownPicture.of("the word " + WORD, new Reward.Sample(prompt, picture.toImage()), 1))
        : List.of();
  }

  private static Scene scene(List<Figure> figures, Optional<Sign> sign) {
    return new Scene(SIDE, GROUND, figures, sign);
  }

  private static Figure figure(Shape shape, Color color, double x, double y) {
    return new Figure(shape, color, x, y, 10, 0, color.rgb());
  }

  private static Reward.Sample sample(Scene scene, String text, String metadata) {
    Prompt prompt = new Prompt("check", text, ConfigFile.parse(metadata, "check"));
    return new Reward.Sample(prompt, Painter.paint(scene));
  }
}
