package dev.meander.toybox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.reward.Relation;
import dev.meander.toybox.Description.Group;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CaptionsTest {
  private static String json(Description description) {
    return Captions.metadata(description).toString();
  }

  @Test
  void singleObject() {
    assertThat(json(Description.of(Kind.SINGLE_OBJECT, Group.one(Shape.CIRCLE))))
        .isEqualTo(
            "{\"tag\":\"single_object\",\"include\":[{\"class\":\"circle\",\"count\":1}],"
                + "\"prompt\":\"a photo of a circle\"}");
  }

  @Test
  void countingExcludesOneMore() {
    Group three = new Group(Shape.CROSS, 3, Optional.empty());
    assertThat(json(Description.of(Kind.COUNTING, three)))
        .isEqualTo(
            "{\"tag\":\"counting\",\"include\":[{\"class\":\"cross\",\"count\":3}],"
                + "\"exclude\":[{\"class\":\"cross\",\"count\":4}],"
                + "\"prompt\":\"a photo of three crosses\"}");
  }

  @Test
  void positionIncludesTheReferenceFirst() {
    Description description =
        Description.related(
            Kind.POSITION, Group.one(Shape.CIRCLE), Relation.LEFT_OF, Group.one(Shape.STAR));
    assertThat(json(description))
        .isEqualTo(
            "{\"tag\":\"position\",\"include\":[{\"class\":\"star\",\"count\":1},"
                + "{\"class\":\"circle\",\"count\":1,\"position\":[\"left of\",0]}],"
                + "\"prompt\":\"a photo of a circle left of a star\"}");
  }

  @Test
  void colorsKeepTheOrderOfTheCaption() {
    Description description =
        Description.of(
            Kind.COLOR_ATTR, Group.one(Shape.CIRCLE, Color.RED), Group.one(Shape.STAR, Color.BLUE));
    assertThat(json(description))
        .isEqualTo(
            "{\"tag\":\"color_attr\",\"include\":[{\"class\":\"circle\",\"count\":1,"
                + "\"color\":\"red\"},{\"class\":\"star\",\"count\":1,\"color\":\"blue\"}],"
                + "\"prompt\":\"a photo of a red circle and a blue star\"}");
  }

  @Test
  void mixturesAndSigns() {
    Group circles = new Group(Shape.CIRCLE, 2, Optional.of(Color.RED));
    assertThat(Captions.text(Description.of(Kind.COLOR_COUNTING, circles)))
        .isEqualTo("a photo of two red circles");
    assertThat(
            Captions.text(
                Description.related(
                    Kind.COLOR_POSITION,
                    Group.one(Shape.SQUARE, Color.BLUE),
                    Relation.ABOVE,
                    Group.one(Shape.STAR, Color.GREEN))))
        .isEqualTo("a photo of a blue square above a green star");
    assertThat(json(Description.sign("CAT")))
        .isEqualTo(
            "{\"tag\":\"text\",\"text\":\"CAT\","
                + "\"prompt\":\"a photo of a sign saying \\\"CAT\\\"\"}");
  }
}
