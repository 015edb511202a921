package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.config.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

class GenEvalTest {
  private static final Box LEFT = new Box(0, 20, 10, 30);
  private static final Box RIGHT = new Box(40, 20, 50, 30);

  private static GenEvalMetadata parse(String json) {
    try {
      return GenEvalMetadata.parse(new ObjectMapper().readTree(json.replace('\'', '"')), "p1");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Detection seen(String name, double score, Box box, String color) {
    return new Detection(name, score, box, color);
  }

  private static boolean correct(GenEvalMetadata metadata, Detection... detections) {
    return StrictEvaluation.failures(
            metadata, new DetectedObjects(List.of(detections), metadata.tag()))
        .isEmpty();
  }

  private static double graded(GenEvalMetadata metadata, Detection... detections) {
    return new GradedReward(false)
        .score(metadata, new DetectedObjects(List.of(detections), metadata.tag()));
  }

  private final GenEvalMetadata single =
      parse("{'tag':'single_object','include':[{'class':'star','count':1}]}");
  private final GenEvalMetadata counting =
      parse(
          "{'tag':'counting','include':[{'class':'star','count':2}],"
              + "'exclude':[{'class':'star','count':3}]}");
  private final GenEvalMetadata colors =
      parse("{'tag':'colors','include':[{'class':'star','count':1,'color':'red'}]}");
  private final GenEvalMetadata position =
      parse(
          "{'tag':'position','include':[{'class':'circle','count':1},"
              + "{'class':'star','count':1,'position':['left of',0]}]}");

  private final Detection redStar = seen("star", 0.95, LEFT, "red");
  private final Detection blueStar = seen("star", 0.93, RIGHT, "blue");
  private final Detection circle = seen("circle", 0.95, RIGHT, "green");

  @Test
  void presence() {
    assertThat(correct(single, redStar)).isTrue();
    assertThat(correct(single, redStar, blueStar)).isTrue();
    assertThat(correct(single, circle)).isFalse();
    assertThat(graded(single, redStar)).isEqualTo(1);
    assertThat(graded(single)).isEqualTo(0);
    assertThat(graded(single, redStar, blueStar)).isEqualTo(0);
    assertThat(graded(single, redStar, redStar, redStar)).isEqualTo(-1);
    assertThat(
            new GradedReward(true)
                .score(
                    single, new DetectedObjects(List.of(redStar, redStar, redStar), single.tag())))
        .isEqualTo(0);
  }

  @Test
  void thresholdsDependOnTheTask() {
    assertThat(correct(single, seen("star", 0.31, LEFT, "red"))).isTrue();
    assertThat(correct(single, seen("star", 0.3, LEFT, "red"))).isFalse();
    Detection weak = seen("star", 0.9, LEFT, "red");
    assertThat(correct(counting, redStar, weak)).isFalse();
    assertThat(correct(counting, redStar, blueStar, weak)).isTrue();
  }

  @Test
  void countingIsBoundedOnBothSides() {
    assertThat(correct(counting, redStar)).isFalse();
    assertThat(correct(counting, redStar, blueStar)).isTrue();
    assertThat(correct(counting, redStar, blueStar, blueStar)).isFalse();
    assertThat(graded(counting, redStar)).isEqualTo(0.5);
    assertThat(graded(counting, redStar, blueStar, blueStar)).isEqualTo(0.5);
  }

  @Test
  void theBestObjectDecidesTheColor() {
    assertThat(correct(colors, redStar)).isTrue();
    assertThat(correct(colors, blueStar)).isFalse();
    assertThat(correct(colors, blueStar, redStar)).isTrue();
    assertThat(correct(colors, redStar, seen("star", 0.99, RIGHT, "blue"))).isFalse();
    assertThat(graded(colors, redStar)).isEqualTo(1);
    assertThat(graded(colors, blueStar)).isEqualTo(0.5);
    // Two of one: count 0, and 0 for the colour unseen.
    assertThat(graded(colors, redStar, blueStar)).isEqualTo(0);
  }

  @Test
  void positionNeedsBothObjectsAndTheRelation() {
    assertThat(correct(position, redStar, circle)).isTrue();
    assertThat(correct(position, blueStar, seen("circle", 0.9, LEFT, "red"))).isFalse();
    assertThat(correct(position, redStar)).isFalse();
    assertThat(graded(position, redStar, circle)).isEqualTo(1);
    // parts 1, 1, 0 and 1: a wrong relation still earns the clause's 1.
    assertThat(graded(position, blueStar, seen("circle", 0.9, LEFT, "red"))).isEqualTo(0.75);
    // no target: parts 0, 1, 0
    assertThat(graded(position, redStar)).isCloseTo(1 / 3.0, within(1e-12));
    // placed object missing: parts 1, 0, 0
    assertThat(graded(position, circle)).isCloseTo(1 / 3.0, within(1e-12));
  }

  @Test
  void aWrongColorEndsItsClauseAndItsUseAsATarget() {
    GenEvalMetadata both =
        parse(
            "{'tag':'position','include':[{'class':'circle','count':1,'color':'red'},"
                + "{'class':'star','count':1,'color':'red','position':['left of',0]}]}");
    assertThat(correct(both, redStar, circle)).isFalse();
    // circle: 1, 0 (green); star: 1, 1, and 0 since its target failed
    assertThat(graded(both, redStar, circle)).isCloseTo(3 / 5.0, within(1e-12));
    // circle: 1, 1; star: 1, 0 (blue), and its position is not looked at
    Detection redCircle = seen("circle", 0.9, LEFT, "red");
    assertThat(graded(both, blueStar, redCircle)).isEqualTo(0.75);
  }

  @Test
  void failuresSayWhatIsWrong() {
    assertThat(
            StrictEvaluation.failures(
                position, new DetectedObjects(List.of(redStar), position.tag())))
        .containsExactly("expected circle >= 1, found 0", "expected star left of its target");
    assertThat(
            StrictEvaluation.failures(
                counting, new DetectedObjects(List.of(redStar, redStar, redStar), counting.tag())))
        .containsExactly("expected star < 3, found 3");
    assertThat(
            StrictEvaluation.failures(colors, new DetectedObjects(List.of(blueStar), colors.tag())))
        .containsExactly("expected red star >= 1, found 0");
  }

  @Test
  void atMostSixteenOfAClassBestFirst() {
    Detection[] many = new Detection[20];
    for (int i = 0; i < many.length; i++) {
      many[i] = seen("star", 0.5 + i / 100.0, LEFT, "red");
    }
    List<Detection> kept = new DetectedObjects(List.of(many), "colors").of("star");
    assertThat(kept).hasSize(16);
    assertThat(kept.get(0)).isEqualTo(many[19]);
    assertThat(kept.get(15)).isEqualTo(many[4]);
  }

  @Test
  void everyMistakeIsReportedTogether() {
    assertThatThrownBy(
            () ->
                parse(
                    "{'tag':'shapes','include':[{'class':'star','count':0,'colour':'red'},"
                        + "{'count':1,'position':['near',0]},"
                        + "{'class':'star','count':1,'position':['above',2]}],'exclude':{}}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("metadata of p1")
        .hasMessageContaining("tag must be one of")
        .hasMessageContaining("include[0].count")
        .hasMessageContaining("include[0] has an unknown key colour")
        .hasMessageContaining("include[1].class")
        .hasMessageContaining("include[1].position")
        .hasMessageContaining("include[2].position")
        .hasMessageContaining("exclude must be a list");
    assertThatThrownBy(() -> parse("{'tag':'counting'}"))
        .hasMessageContaining("include must be a list with at least one clause");
  }

  @Test
  void theOverallScoreIsTheMeanOverTasks() {
    TaskScores scores =
        TaskScores.of(
            List.of("colors", "colors", "colors", "counting", "text"),
            new double[] {1, 1, 0, 0, 1});
    assertThat(scores.means()).containsOnlyKeys("counting", "colors", "text");
    assertThat(scores.means().get("colors")).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(scores.overall()).hasValue((2 / 3.0 + 0) / 2);
    assertThat(TaskScores.of(List.of("text"), new double[] {1}).overall()).isEmpty();
  }
}
