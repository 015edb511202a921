package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScoringTest {
  private static final Reward.Sample SAMPLE =
      new Reward.Sample(Prompt.of("p", "a red circle"), new Image(1, 1, new byte[3]));

  private final ExecutorService thread = Executors.newFixedThreadPool(2);

  @AfterEach
  void close() {
    thread.shutdownNow();
  }

  private Scoring scoring(Reward reward) {
    return new Scoring(List.of("mine"), List.of(reward), List.of(thread));
  }

  @Test
  void slicesAreJoinedInTheirOrder() {
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
            });

    scoring.accept(List.of(SAMPLE, SAMPLE));
    scoring.accept(List.of(SAMPLE));

    assertThat(scoring.scores().get(0)).containsExactly(1, 2, 3);
  }

  @Test
  void scoresThatAreMissingOrNoNumbersAreRefused() {
    for (float[] scores : new float[][] {{1, 2}, {}, {Float.NaN}, {Float.NEGATIVE_INFINITY}}) {
      Scoring scoring = scoring(samples -> scores);
      scoring.accept(List.of(SAMPLE));

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
    scoring.accept(List.of(SAMPLE));
    await(failed);

    assertThatThrownBy(
            () -> {
              while (true) { // until the failure has arrived
                scoring.accept(List.of(SAMPLE));
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
