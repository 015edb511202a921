package dev.meander.toybox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.random.Domain;
import dev.meander.reward.Box;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class ToyboxTest {
  private final Toybox toybox = new Toybox(7, Mixture.withText(0.2));

  @Test
  void anExampleDependsOnSeedAndIndexOnly() {
    Example direct = toybox.example(123);
    Example inStream = toybox.examples(100, 50).get(23);

    assertThat(inStream.image().rgb()).isEqualTo(direct.image().rgb());
    assertThat(inStream.caption()).isEqualTo(direct.caption());
    assertThat(toybox.caption(123)).isEqualTo(direct.caption());
    assertThat(new Toybox(8, Mixture.withText(0.2)).example(123).image().rgb())
        .isNotEqualTo(direct.image().rgb());
  }

  @Test
  void theBytesOfAFixedSeedNeverChange() {
    CRC32 crc = new CRC32();
    for (Example example : toybox.examples(0, 64)) {
      crc.update(example.image().rgb());
      crc.update(example.caption().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    assertThat(crc.getValue()).isEqualTo(62357546L);
  }

  @Test
  void objectsStayInsideAndApart() {
    for (Example example : toybox.examples(0, 3000)) {
      List<Box> boxes = example.scene().figures().stream().map(Figure::box).toList();
      for (int i = 0; i < boxes.size(); i++) {
        Box box = boxes.get(i);
        assertThat(Math.min(box.left(), box.top())).isGreaterThanOrEqualTo(1.5);
        assertThat(Math.max(box.right(), box.bottom())).isLessThanOrEqualTo(62.5);
        for (Box other : boxes.subList(0, i)) {
          assertThat(box.gap(other)).isGreaterThanOrEqualTo(4);
        }
      }
    }
  }

  @Test
  void theBoxIsTightAboutThePaintedPixels() {
    for (Shape shape : Shape.values()) {
      Figure figure = new Figure(shape, Color.BLUE, 31.3, 30.8, 12.4, 0.07, new Rgb(0, 0, 0));
      Image image =
          Painter.paint(new Scene(64, new Rgb(255, 255, 255), List.of(figure), Optional.empty()));
      Box box = figure.box();
      int left = 64;
      int right = 0;
      int top = 64;
      int bottom = 0;
      for (int y = 0; y < 64; y++) {
        for (int x = 0; x < 64; x++) {
          if (image.at(x, y, 0) < 255) {
            left = Math.min(left, x);
            right = Math.max(right, x + 1);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y + 1);
          }
        }
      }
      // A sliver of a corner may fall between the samples, 1.25 pixels from the box at most.
      assertThat(left).as("%s", shape).isBetween((int) box.left(), (int) (box.left() + 1.25));
      assertThat(top).as("%s", shape).isBetween((int) box.top(), (int) (box.top() + 1.25));
      assertThat((double) right).as("%s", shape).isBetween(box.right() - 1.25, box.right() + 1);
      assertThat((double) bottom).as("%s", shape).isBetween(box.bottom() - 1.25, box.bottom() + 1);
    }
  }

  @Test
  void aSquareCoversItsArea() {
    Figure square = new Figure(Shape.SQUARE, Color.RED, 32, 32, 10, 0, new Rgb(0, 0, 0));
    Image image =
        Painter.paint(new Scene(64, new Rgb(255, 255, 255), List.of(square), Optional.empty()));
    double covered = 0;
    for (int i = 0; i < image.rgb().length; i += 3) {
      covered += 1 - (image.rgb()[i] & 0xff) / 255.0;
    }
    // Side 17.2; between the edges at 23.4 and 40.6 lie 68 sample points a quarter pixel apart.
    assertThat(covered).isCloseTo(17.0 * 17.0, within(1.0));
  }

  @Test
  void relationsHoldWithAMargin() {
    int seen = 0;
    for (Example example : toybox.examples(0, 2000)) {
      if (example.description().relation().isPresent()) {
        List<Figure> figures = example.scene().figures();
        assertThat(
                example
                    .description()
                    .relation()
                    .get()
                    .strength(figures.get(0).box(), figures.get(1).box()))
            .isGreaterThan(0.6);
        seen++;
      }
    }
    assertThat(seen).isGreaterThan(200);
  }

  @Test
  void theSceneShowsWhatItsCaptionSays() {
    for (Example example : toybox.examples(0, 2000)) {
      Map<Shape, Integer> wanted = new HashMap<>();
      example.description().groups().forEach(g -> wanted.put(g.shape(), g.count()));
      Map<Shape, Integer> drawn = new HashMap<>();
      example.scene().figures().forEach(f -> drawn.merge(f.shape(), 1, Integer::sum));
      assertThat(drawn).isEqualTo(wanted);
      for (Description.Group group : example.description().groups()) {
        example.scene().figures().stream()
            .filter(figure -> figure.shape() == group.shape() && group.color().isPresent())
            .forEach(figure -> assertThat(figure.color()).isEqualTo(group.color().get()));
      }
    }
  }

  @Test
  void captionsUseTheListedWordsAndAreShort() {
    Set<String> used = new TreeSet<>();
    for (Example example : toybox.examples(0, 5000)) {
      String[] words = example.caption().split(" ");
      assertThat(words.length).isLessThanOrEqualTo(11);
      for (String word : words) {
        if (word.startsWith("\"")) {
          assertThat(word).matches("\"[A-Z]{3,4}\"");
        } else {
          used.add(word);
        }
      }
    }
    assertThat(used).containsExactlyElementsOf(Toybox.words());
  }

  @Test
  void trainingNeverShowsAHeldOutCombination() {
    Set<String> heldOut = new HashSet<>();
    for (Prompt prompt : ToyboxSet.HELDOUT.prompts()) {
      if (!Set.of("single_object", "counting", "colors")
          .contains(prompt.metadata().get("tag").asText())) {
        heldOut.add(prompt.text());
      }
    }
    ToyboxSet.HELDOUT_TEXT.prompts().forEach(prompt -> heldOut.add(prompt.text()));
    ToyboxSet.HELDOUT_SIGNS.prompts().forEach(prompt -> heldOut.add(prompt.text()));
    assertThat(heldOut).hasSizeGreaterThan(100);

    for (Example example : toybox.examples(0, 4000)) {
      assertThat(heldOut).doesNotContain(example.caption());
    }
    for (List<Prompt> seen :
        List.of(
            ToyboxSet.TRAIN.prompts(5000),
            ToyboxSet.TRAIN_HARD.prompts(12_000),
            ToyboxSet.VALIDATION.prompts(),
            ToyboxSet.TRAIN_TEXT.prompts(2000),
            ToyboxSet.VALIDATION_TEXT.prompts(),
            ToyboxSet.TRAIN_SIGNS.prompts(2000),
            ToyboxSet.VALIDATION_SIGNS.prompts())) {
      seen.forEach(prompt -> assertThat(heldOut).doesNotContain(prompt.text()));
    }
  }

  @Test
  void easySignsHaveFourLettersOutOfSix() {
    assertThat(ToyboxSet.HELDOUT_SIGNS.prompts()).hasSize(120);
    for (Prompt prompt : ToyboxSet.TRAIN_SIGNS.prompts(500)) {
      assertThat(prompt.text()).matches("a photo of a sign saying \"[CEHLOT]{4}\"");
      assertThat(prompt.metadata().get("text").asText()).matches("[CEHLOT]{4}");
    }
  }

  @Test
  void ofAHeldOutPositionTheOtherWordingIsSeenAndPairsAreHeldOutInBothOrders() {
    for (int i = 0; i < 500; i++) {
      Description one = DescriptionSampler.draw(Kind.POSITION, Domain.SCENE.stream(1, i));
      Description mirrored =
          Description.related(
              Kind.POSITION,
              one.groups().get(1),
              one.relation().orElseThrow().inverse(),
              one.groups().get(0));
      if (HoldOut.contains(one)) {
        assertThat(HoldOut.contains(mirrored)).isFalse();
      }
      Description pair = DescriptionSampler.draw(Kind.COLOR_ATTR, Domain.SCENE.stream(1, i));
      Description swapped =
          Description.of(Kind.COLOR_ATTR, pair.groups().get(1), pair.groups().get(0));
      assertThat(HoldOut.contains(swapped)).isEqualTo(HoldOut.contains(pair));
    }
  }

  @Test
  void partsOfTheLargeSpacesAreHeldOut() {
    Map<Kind, Set<String>> captions = new HashMap<>();
    Map<Kind, Set<String>> heldOut = new HashMap<>();
    for (Kind kind : List.of(Kind.TWO_OBJECT, Kind.POSITION, Kind.COLOR_ATTR)) {
      for (int i = 0; i < 20000; i++) {
        Description description = DescriptionSampler.draw(kind, Domain.SCENE.stream(2, i));
        String text = Captions.text(description);
        captions.computeIfAbsent(kind, k -> new HashSet<>()).add(text);
        if (HoldOut.contains(description)) {
          heldOut.computeIfAbsent(kind, k -> new HashSet<>()).add(text);
        }
      }
    }
    assertThat(captions.get(Kind.TWO_OBJECT)).hasSize(20);
    assertThat(heldOut.get(Kind.TWO_OBJECT)).hasSize(4);
    assertThat(captions.get(Kind.POSITION)).hasSize(80);
    assertThat(heldOut.get(Kind.POSITION)).hasSize(8);
    assertThat(captions.get(Kind.COLOR_ATTR)).hasSize(600);
    assertThat(heldOut.get(Kind.COLOR_ATTR)).hasSize(120);
  }

  @Test
  void hardPromptsAreMostlyPositionsAndPairs() {
    List<Prompt> prompts = ToyboxSet.TRAIN_HARD.prompts(12_000);
    Map<String, Integer> tags = new HashMap<>();
    Set<String> positions = new HashSet<>();
    for (Prompt prompt : prompts) {
      String tag = prompt.metadata().get("tag").asText();
      tags.merge(tag, 1, Integer::sum);
      if (tag.equals("position")) {
        positions.add(prompt.text());
      }
    }
    assertThat(tags)
        .isEqualTo(
            Map.of(
                "position", 5000,
                "color_attr", 2500,
                "two_object", 2000,
                "counting", 1500,
                "single_object", 500,
                "colors", 500));
    assertThat(positions).hasSizeGreaterThan(1000);
  }

  @Test
  void promptSetsAreBalancedAndFixed() {
    List<Prompt> heldout = ToyboxSet.HELDOUT.prompts();
    Map<String, Integer> tags = new HashMap<>();
    Set<String> ids = new HashSet<>();
    for (Prompt prompt : heldout) {
      tags.merge(prompt.metadata().get("tag").asText(), 1, Integer::sum);
      ids.add(prompt.id());
      assertThat(prompt.metadata().get("prompt").asText()).isEqualTo(prompt.text());
    }
    assertThat(tags).hasSize(6).containsValue(90);
    assertThat(new HashSet<>(tags.values())).containsExactly(90);
    assertThat(ids).hasSize(heldout.size());
    assertThat(ToyboxSet.HELDOUT.prompts()).isEqualTo(heldout);
  }

  @Test
  void signWordsCollideWithNoCaptionWord() {
    Set<String> words = new HashSet<>(Toybox.words());
    for (String word : Words.COMMON) {
      assertThat(word).matches("[A-Z]{3,4}");
      assertThat(words).doesNotContain(word.toLowerCase(java.util.Locale.ROOT));
    }
    assertThat(new HashSet<>(Words.COMMON)).hasSameSizeAs(Words.COMMON);
  }

  @Test
  void lettersDifferInAtLeastTwoCells() {
    for (char a = 'A'; a <= 'Z'; a++) {
      for (char b = 'A'; b < a; b++) {
        int different = 0;
        for (int cell = 0; cell < Glyphs.WIDTH * Glyphs.HEIGHT; cell++) {
          int column = cell % Glyphs.WIDTH;
          int row = cell / Glyphs.WIDTH;
          if (Glyphs.inked(a, column, row) != Glyphs.inked(b, column, row)) {
            different++;
          }
        }
        assertThat(different).as("%s and %s", a, b).isGreaterThanOrEqualTo(2);
      }
    }
  }

  @Test
  void badMixturesAndSignsAreRefused() {
    assertThatThrownBy(() -> new Mixture(Map.of(Kind.TEXT, 0.0)))
        .hasMessageContaining("at least one");
    assertThatThrownBy(() -> new Mixture(Map.of(Kind.TEXT, -1.0))).hasMessageContaining("-1");
    assertThatThrownBy(() -> new Sign("cat", 0, 0, new Rgb(0, 0, 0), new Rgb(0, 0, 0)))
        .hasMessageContaining("cat");
    assertThatThrownBy(() -> new Rgb(256, 0, 0)).hasMessageContaining("256");
  }
}
