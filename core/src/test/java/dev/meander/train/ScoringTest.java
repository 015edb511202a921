package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.distributed.PartRange;
import dev.meander.distributed.Peers;
import dev.meander.distributed.ThreadPeers;
import dev.meander.image.Image;
import dev.meander.layout.Chains;
import dev.meander.layout.LayoutPart;
import dev.meander.layout.RolloutLayout;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Scorer;
import dev.meander.rollout.FinishedImage;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.StepRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
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
    RolloutLayout layout = new Chains(0).layout(List.of(GROUP), new StepRange(0, 2), false);
    return scoring(reward, layout, IntStream.range(0, images).toArray());
  }

  private Scoring scoring(Scorer reward, RolloutLayout layout, int[] own) {
    return new Scoring(List.of("mine"), List.of(reward), List.of(thread), layout, own, doing -> {});
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

  /** The levels of a group in order, as one number: which images it was given and when. */
  private static GroupReward levels(List<String> seen) {
    return group -> {
      StringBuilder levels = new StringBuilder();
      float[] scores = new float[group.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = group.get(i).image().rgb()[0];
        levels.append(group.get(i).image().rgb()[0]).append(' ');
      }
      seen.add(group.get(0).prompt().text() + ": " + levels.toString().strip());
      return scores;
    };
  }

  private static FinishedImage image(RolloutLayout layout, int index) {
    return new FinishedImage(
        index, layout.groupOfImage(index), new Image(1, 1, new byte[] {(byte) index, 0, 0}));
  }

  @Test
  void aGroupIsScoredWhenTheLastImageOfItsPlaceIsThere() {
    PromptGroup other = new PromptGroup(1, Prompt.of("1", "a square"), 3);
    RolloutLayout layout = new Chains(0).layout(List.of(GROUP, other), new StepRange(0, 2), true);
    assertThat(layout.images()).isEqualTo(6 + 6 * 2);
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    int[] all = IntStream.range(0, 18).toArray();
    Scoring scoring = scoring(levels(seen), layout, all);

    for (int index : new int[] {17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}) {
      scoring.accept(List.of(image(layout, index)));
    }

    assertThat(scoring.scores().get(0))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "a red circle: 0 1 2",
            "a red circle: 6 8 10",
            "a red circle: 7 9 11",
            "a square: 3 4 5",
            "a square: 12 14 16",
            "a square: 13 15 17");
  }

  @Test
  void aGroupThatIsNotWholeIsNotScored() {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    RolloutLayout layout = new Chains(0).layout(List.of(GROUP), new StepRange(0, 2), false);
    Scoring scoring = scoring(levels(seen), layout, new int[] {0, 1, 2});
    scoring.accept(List.of(image(layout, 0), image(layout, 2)));

    assertThatThrownBy(scoring::scores)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("0 of 3 images were scored");
    assertThat(seen).isEmpty();
  }

  @Test
  void scoresOfAGroupThatAreMissingOrNoNumbersAreRefused() {
    RolloutLayout layout = new Chains(0).layout(List.of(GROUP), new StepRange(0, 2), false);
    for (float[] scores : new float[][] {{1, 2}, {1, 2, Float.NaN}, {1, 2, 3, 4}}) {
      GroupReward reward = group -> scores;
      Scoring scoring = scoring(reward, layout, new int[] {0, 1, 2});
      scoring.accept(List.of(image(layout, 0), image(layout, 1), image(layout, 2)));

      assertThatThrownBy(scoring::scores)
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining("reward mine gave");
    }
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

  /** Three processes and two groups of three: each group lies in two of them. */
  @Test
  void aGroupThatProcessesShareIsScoredByTheOneWithItsFirstImage() {
    PromptGroup other = new PromptGroup(1, Prompt.of("1", "a square"), 3);
    RolloutLayout layout = new Chains(0).layout(List.of(GROUP, other), new StepRange(0, 1), false);
    List<LayoutPart> parts = layout.parts(3, 1);
    assertThat(ThreadPeers.run(3, peers -> shared(peers, layout, parts)))
        .containsExactly(
            "[a red circle: 0 1 2] [0.0, 1.0]", "[a square: 3 4 5] [2.0, 3.0]", "[] [4.0, 5.0]");
  }

  private String shared(Peers peers, RolloutLayout layout, List<LayoutPart> parts) {
    LayoutPart part = parts.get(peers.rank());
    List<FinishedImage> images =
        IntStream.of(part.images()).mapToObj(i -> image(layout, i)).toList();
    Rollout.Result made =
        new Rollout.Result(
            part.layout(),
            null,
            null,
            images.stream().map(FinishedImage::image).toList(),
            new Rollout.Cost(1, 2));
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    List<String> told = new ArrayList<>();
    Scoring scoring =
        new Scoring(
            List.of("mine"),
            List.of(levels(seen)),
            List.of(thread),
            layout,
            part.images(),
            told::add);
    scoring.accept(
        IntStream.range(0, images.size())
            .mapToObj(i -> new FinishedImage(i, images.get(i).group(), images.get(i).image()))
            .toList());
    PartRange range = PartRange.of(parts.size(), peers.rank(), peers.size());
    scoring.scoreCut(
        peers, 4, new SharedRollout(layout, parts, range, List.of(new SampledPart(part, made))));
    float[] scores = scoring.scores().get(0);
    assertThat(told)
        .containsExactly(
            "mine, groups that processes share", "mine, 0 of 2 scored", "mine, 1 of 2 scored");
    return seen + " " + Arrays.toString(scores);
  }

  @Test
  void everyScoreIsToldAndTheWaitingCounted() {
    AtomicLong told = new AtomicLong();
    Scoring scoring =
        scoring(
            samples -> {
              try {
                Thread.sleep(100);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return new float[samples.size()];
            },
            3);
    scoring.tell(told::addAndGet);
    scoring.accept(List.of(image(2), image(0), image(1)));
    scoring.scores();
    assertThat(scoring.size()).isEqualTo(3);
    assertThat(told).hasValue(3);
    assertThat(scoring.waited()).isBetween(0.02, 60.0);
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
