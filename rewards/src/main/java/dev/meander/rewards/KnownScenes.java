package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Canvas;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.toybox.Color;
import dev.meander.toybox.Figure;
import dev.meander.toybox.Painter;
import dev.meander.toybox.Rgb;
import dev.meander.toybox.Scene;
import dev.meander.toybox.Shape;
import dev.meander.toybox.Sign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** A black picture, and a prompt that asks for an object. */
  static KnownPicture nothing(String className) {
    return KnownPicture.of(
        "a black picture instead of a " + className,
        new Reward.Sample(one(className), new Canvas(512, 512, 0).toImage()),
        0);
  }

  private static Prompt one(String className) {
    ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("tag", "single_object");
    metadata.putArray("include").addObject().put("class", className).put("count", 1);
    return new Prompt("check", "a photo of a " + className, metadata);
  }

  /**
   * What tools/export/export_geneval.py wrote down beside a detector, if it did: pictures, and
   * whether PyTorch saw an object in them.
   *
   * @throws UserError when the list or a picture cannot be read
   */
  static List<KnownPicture> exported(Path detector) {
    Path list = detector.resolveSibling("known.jsonl");
    if (!Files.isRegularFile(list)) {
      return List.of();
    }
    List<KnownPicture> known = new ArrayList<>();
    for (Prompt prompt : PromptSet.load(list).prompts()) {
      JsonNode image = prompt.metadata().path("image");
      JsonNode score = prompt.metadata().path("score");
      if (!image.isTextual() || !score.isNumber() || !Float.isFinite(score.floatValue())) {
        throw new UserError(
            "%s:%s: it needs an \"image\", the path of a picture, and a \"score\", a number"
                .formatted(list, prompt.id()));
      }
      try {
        Path picture = list.resolveSibling(image.textValue());
        known.add(
            KnownPicture.of(
                picture + " (" + prompt.text() + ")",
                new Reward.Sample(prompt, Png.read(picture)),
                score.doubleValue()));
      } catch (IOException | InvalidPathException e) {
        throw new UserError(
            "%s:%s: its picture cannot be read: %s".formatted(list, prompt.id(), e.getMessage()),
            e);
      }
    }
    return known;
  }

  /**
   * Large letters, and none.
   *
   * @param characters the only ones that may be read; empty for all
   */
  static List<KnownPicture> letters(String characters) {
    boolean readable =
        characters.isEmpty() || WORD.chars().allMatch(c -> characters.indexOf(c) >= 0);
    Prompt prompt = Prompt.of("check", "a sign that says \"" + WORD + "\"");
    Canvas none = new Canvas(320, 160, 0xffffff);
    Canvas word = new Canvas(320, 160, 0xffffff).text(WORD, 42, 45, 10, 0);
    List<KnownPicture> known = new ArrayList<>();
    known.add(
        KnownPicture.of("a picture without letters", new Reward.Sample(prompt, none.toImage()), 0));
    if (readable) {
      known.add(KnownPicture.of("the word " + WORD, new Reward.Sample(prompt, word.toImage()), 1));
    }
    return known;
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
