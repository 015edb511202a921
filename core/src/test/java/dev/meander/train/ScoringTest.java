package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.rollout.FinishedImage;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScoringTest {
  private static final PromptGroup GROUP = new PromptGroup(0, Prompt.of("0", "a red circle"), 3);

  private final ExecutorService thread = Executors.newFixedThreadPool(2);

  @AfterEach
  void close() {
    thread.shutdownNow();
  }

  private Scoring scoring(Reward reward) {
    return scoring(reward, 1);
  }

  private Scoring scoring(Reward reward, int images) {
    return new Scoring(List.of("mine"), List.of(reward), List.of(thread), images, doing -> {});
  }

  private static FinishedImage image(int index) {
    return new FinishedImage(index, GROUP, new Image(1, 1, new byte[3]));
  }

  @Test
  void scoresStandByTheNumbersOfTheirImages() {
    CountDownLatch second = new CountDownLatch(1);
    Scoring scoring =
        scoring(
            samples -> {
              if (samples.size() == 2) {
                await(second); // the first slice is answered last
                return new float[] {1, 2};
              }
              second.countDown();
              return new float[] {3};
            },
            3);

    scoring.accept(List.of(image(2), image(0)));
    scoring.accept(List.of(image(1)));

    assertThat(scoring.scores().get(0)).containsExactly(2, 3, 1);
  }

  @Test
  void anImageThatWasNeverHandedOnIsNoticed() {
    Scoring scoring = scoring(samples -> new float[samples.size()], 2);
    scoring.accept(List.of(image(1)));

    assertThatThrownBy(scoring::scores)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("1 of 2 images were scored");
  }

  @Test
  void scoresThatAreMissingOrNoNumbersAreRefused() {
    for (float[] scores : new float[][] {{1, 2}, {}, {Float.NaN}, {Float.NEGATIVE_INFINITY}}) {
      Scoring scoring = scoring(samples -> scores);
      scoring.accept(List.of(image(0)));

      assertThatThrownBy(scoring::scores)
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining("reward mine gave");
    }
  }

  @Test
  void afterAFailureNothingMoreIsTaken() {
    CountDownLatch failed = new CountDownLatch(1);
    Scoring scoring =
        scoring(
            samples -> {
              failed.countDown();
              throw new RewardFailed("nobody answers");
            });
    scoring.accept(List.of(image(0)));
    await(failed);

    assertThatThrownBy(
            () -> {
              while (true) { // until the failure has arrived
                scoring.accept(List.of(image(0)));
                Thread.sleep(1);
              }
            })
        .isInstanceOf(RewardFailed.class)
        .hasMessage("nobody answers");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
