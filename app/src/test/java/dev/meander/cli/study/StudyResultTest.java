package dev.meander.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.reward.EvaluationScores;
import dev.meander.train.Cost;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On runs whose scores are the same for every prompt, so that nothing is drawn by chance. */
class StudyResultTest {
  private static final List<String> PROMPTS =
      IntStream.range(0, 4).mapToObj(i -> "prompt " + i).toList();

  /** Evaluated before training and after every 100 evaluations. */
  private static StudyRun run(double... scores) {
    List<StudyRun.Point> points = new ArrayList<>();
    for (double score : scores) {
      points.add(new StudyRun.Point(new Cost(100.0 * points.size(), 0, 0), scores(1, score)));
    }
    List<StudyRun.Seen> seen =
        IntStream.range(0, 8)
            .mapToObj(i -> new StudyRun.Seen(Cost.NONE, i, Map.of("gold", i / 10.0), i))
            .toList();
    return new StudyRun(1, points, seen, Optional.empty(), Map.of());
  }

  private static EvaluationScores scores(int images, double score) {
    double[] all = new double[images * PROMPTS.size()];
    Arrays.fill(all, score);
    return new EvaluationScores(PROMPTS, Collections.nCopies(4, "task"), images, all);
  }

  /** With a last evaluation of two images. */
  private static StudyRun judgedAgain(StudyRun run, double before, double after) {
    LastScores last = new LastScores(scores(2, before), scores(2, after));
    return new StudyRun(1, run.points(), run.rollouts(), Optional.of(last), run.gold());
  }

  /** Whose images a gold reward judged, too. */
  private static StudyRun withGold(StudyRun run, double before, double after) {
    LastScores gold = new LastScores(scores(2, before), scores(2, after));
    return new StudyRun(1, run.points(), run.rollouts(), run.last(), Map.of("gold", gold));
  }

  private static StudyResult study(StudyRun first, StudyRun other) {
    Map<String, List<StudyRun>> runs = new LinkedHashMap<>();
    runs.put("first", List.of(first));
    runs.put("other", List.of(other));
    return StudyResult.of("study", "", runs).orElseThrow();
  }

  @Test
  void theFirstsGainIsReachedBetweenTwoEvaluations() {
    StudyResult result = study(run(0.5, 0.5, 0.6, 0.7), run(0.5, 0.4, 0.8, 0.5));
    // From -0.1 at 100 to 0.3 at 200: 0.2 is three quarters of the way.
    assertThat(result.evaluationsToTheFirst(result.rows().get(1))).isCloseTo(175, within(1e-9));
    assertThat(result.evaluationsToTheFirst(result.rows().get(0))).isCloseTo(300, within(1e-9));
    assertThat(result.aboveTheFirst(result.rows().get(1)).orElseThrow().value()).isZero();

    StudyResult never = study(run(0.5, 0.7), run(0.5, 0.6));
    assertThat(never.evaluationsToTheFirst(never.rows().get(1))).isNaN();
  }

  /** The end is that of the last evaluation, with its own untrained model; the way is not. */
  @Test
  void theLastEvaluationsSayWhoGained() {
    StudyRun first = run(0.5, 0.6, 0.7);
    StudyRun other = run(0.5, 0.5, 0.6);
    StudyResult result = study(judgedAgain(first, 0.4, 0.5), judgedAgain(other, 0.4, 0.7));
    assertThat(result.imagesPerPrompt()).isEqualTo(2);
    StudyResult.Row row = result.rows().get(1);
    assertThat(row.course().get(1).mean().value()).isCloseTo(0, within(1e-9));
    assertThat(row.last().mean().value()).isCloseTo(0.3, within(1e-9));
    assertThat(row.last().cost().evaluations()).isEqualTo(200);
    assertThat(result.aboveTheFirst(row).orElseThrow().value()).isOne();

    // Of one run without, all are compared without.
    StudyResult without = study(judgedAgain(first, 0.4, 0.5), other);
    assertThat(without.imagesPerPrompt()).isOne();
    assertThat(without.rows().get(0).last().mean().value()).isCloseTo(0.2, within(1e-9));
    assertThat(without.aboveTheFirst(without.rows().get(1)).orElseThrow().value()).isZero();
  }

  /** Of the images that were judged, where all runs were. */
  @Test
  void aGoldRewardSaysWhatTheTrainedOneHides() {
    StudyRun hacked = withGold(judgedAgain(run(0.5, 0.6), 0.4, 0.9), 0.5, 0.3);
    StudyRun honest = withGold(judgedAgain(run(0.5, 0.6), 0.4, 0.5), 0.5, 0.6);
    StudyResult result = study(hacked, honest);
    assertThat(result.rows().get(0).gold().get("gold").value()).isCloseTo(-0.2, within(1e-9));
    assertThat(result.rows().get(1).gold().get("gold").value()).isCloseTo(0.1, within(1e-9));
    assertThat(String.join("\n", result.lines())).contains("held-out gold gold", "-0.200");
    assertThat(
            result
                .json()
                .path("variants")
                .get(1)
                .path("gold_gain")
                .path("gold")
                .path("value")
                .asDouble())
        .isCloseTo(0.1, within(1e-9));

    StudyResult half = study(hacked, judgedAgain(run(0.5, 0.6), 0.4, 0.5));
    assertThat(half.rows().get(0).gold()).isEmpty();
  }

  /**
   * Trainings of one variant that were not evaluated equally often have their way and end in
   * common.
   */
  @Test
  void runsOfUnequalLengthShareTheirEnd() {
    StudyRun shorter = judgedAgain(run(0.5, 0.6), 0.4, 0.5);
    StudyRun longer = judgedAgain(run(0.5, 0.7, 0.9), 0.4, 0.7);
    StudyResult result =
        StudyResult.of("study", "", Map.of("only", List.of(shorter, longer))).orElseThrow();
    StudyResult.Row row = result.rows().get(0);
    assertThat(row.course()).hasSize(2);
    assertThat(row.last().mean().value()).isCloseTo((0.1 + 0.3) / 2, within(1e-9));
    assertThat(row.last().cost().evaluations()).isEqualTo((100 + 200) / 2.0);
  }

  /** A line through falling points leads past their end, or nowhere. */
  @Test
  void aFirstThatGainedNothingSetsNoMark() {
    for (double end : new double[] {0.45, 0.5}) {
      StudyResult result = study(run(0.5, 0.47, end), run(0.5, 0.5, 0.6));
      result.rows().forEach(r -> assertThat(result.evaluationsToTheFirst(r)).isNaN());
    }
  }

  @Test
  void startAndEndAreMeansOfSeveralRollouts() {
    StudyResult result = study(run(0.5, 0.6), run(0.5, 0.6));
    // The fifth mean is the first over five rollouts.
    assertThat(result.rows().get(0).atStart(StudyRun.Seen::diversity)).isEqualTo(4);
    assertThat(result.rows().get(0).atEnd(StudyRun.Seen::diversity)).isEqualTo(7);
  }
}
