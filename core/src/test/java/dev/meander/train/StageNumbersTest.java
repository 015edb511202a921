package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.advantage.Advantages;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.credit.RewardTable;
import dev.meander.event.Event;
import dev.meander.image.Image;
import dev.meander.image.ImageStatistics;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.loss.LossTerms;
import dev.meander.prompt.GroupSampler;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the stages of training count, remember and report, without a model. */
class StageNumbersTest {
  private static final GroupSampler.Position LATER = new GroupSampler.Position(7, 2, 5);

  /** Two prompts, two samples each, stochastic at steps 1 and 2. */
  private static final RolloutLayout LAYOUT =
      new Chains(0)
          .layout(
              List.of(
                  new PromptGroup(1, Prompt.of("1", "a star"), 2),
                  new PromptGroup(2, Prompt.of("2", "a moon"), 2)),
              new StepRange(1, 3),
              false);

  @Test
  void sharesOfABudgetEndAtTheNearestRollout() {
    Budget budget = new Budget.Images(38, 3);
    // Thirds of 38 are 12.7, 25.3 and 38.
    int[] shares = {0, 0, 1, 1, 2, 2, 3, 3};
    for (int rollouts = 0; rollouts < shares.length; rollouts++) {
      assertThat(budget.sharesSpent(rollouts, new Cost(0, 6 * rollouts, 0)))
          .as(rollouts + " rollouts")
          .isEqualTo(shares[rollouts]);
    }
    assertThat(new Budget.Images(2, 5).sharesSpent(0, Cost.NONE)).isZero();
    assertThat(new Budget.Images(2, 5).sharesSpent(1, new Cost(0, 6, 0))).isEqualTo(5);
    Cost cost = new Cost(30, 20, 10);
    assertThat(new Budget.Evaluations(40, 2).progress(cost)).isEqualTo(0.75);
    assertThat(new Budget.Images(40, 2).progress(cost)).isEqualTo(0.5);
    assertThat(new Budget.Seconds(40, 2).progress(cost)).isEqualTo(0.25);
    assertThat(new Budget.Seconds(5, 2).progress(cost)).isEqualTo(1);
    assertThatThrownBy(() -> TinyRun.config("budget={type: euros, amount: 1}"))
        .hasMessageContaining("images");
    assertThatThrownBy(() -> TinyRun.config("budget={type: images, amount: 0}"))
        .hasMessageContaining("budget.amount");
  }

  @Test
  void aTrainedPairCountsForThreeEvaluations() {
    Event.RolloutFinished rollout =
        new Event.RolloutFinished(1, 6, 0, 0, Map.of(), 0, 9, 40, 2.5, 0);
    Event.UpdateFinished update = new Event.UpdateFinished(1, 0, 0, 1, 0, 0, 0, 0, 10, 1.25);
    assertThat(new Cost(100, 10, 1).plus(rollout, update))
        .isEqualTo(new Cost(100 + 40 + 3 * 10, 16, 4.75));
    assertThat(new RunCost(1, 40, 10, 6, 2, 5).cost()).isEqualTo(new Cost(70, 6, 5));
  }

  /** Two prompts of three chains, four steps of which three are trained, and the reference. */
  @Test
  void aRunCostsWhatItsRolloutsDo() {
    assertThat(counted("rollouts=2", "evaluation.every=1"))
        .isEqualTo(new RunCost(2, 84, 36, 12, 3, Double.NaN));
    assertThat(counted("rollouts=2", "method.kl=none").sampled()).isEqualTo(48);
    assertThat(counted("rollouts=2", "method.kl=none", "method.credit=incremental"))
        .as("each chain is finished from before its steps and after each of them")
        .extracting(RunCost::sampled, RunCost::images)
        .containsExactly(2 * 6 * (3 + 3.0 + 2 + 1 + 1), 2 * 6 * 4.0);
    assertThat(counted("rollouts=2", "update.epochs=2").pairs()).isEqualTo(72);
  }

  @Test
  void onlyWhatIsSelectedIsTrained() {
    assertThat(pairs("method.selection={step_fraction: 0.5}")).isEqualTo(2 * 3 * 2);
    assertThat(pairs("method.selection={step_fraction: 0}")).isEqualTo(2 * 3);
    assertThat(pairs("method.selection={best_and_worst: 1}")).isEqualTo(2 * 2 * 3);
    assertThat(pairs("method.selection={best_and_worst: 2}")).isEqualTo(2 * 3 * 3);
    String[] noises = {
      "data.group_size=8",
      "method.plan={type: chains, noises: 2}",
      "method.selection={best_and_worst: 1}",
      "method.grouping=prompt"
    };
    assertThat(pairs(noises)).isEqualTo(2 * 2 * 3);
    noises[3] = "method.grouping=seed";
    assertThat(pairs(noises)).as("of each initial noise").isEqualTo(2 * 2 * 2 * 3);
  }

  private static double pairs(String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 1);
    all[settings.length] = "rollouts=1";
    return counted(all).pairs();
  }

  @Test
  void evaluationsAreThoseOfTheScheduleOrOfTheBudget() {
    assertThat(counted("rollouts=5", "evaluation.every=0").evaluations()).isEqualTo(2);
    assertThat(counted("rollouts=5", "evaluation.every=2").evaluations()).isEqualTo(4);
    assertThat(counted("rollouts=4", "evaluation.every=2").evaluations()).isEqualTo(3);
    assertThat(counted("budget={type: images, amount: 38, shares: 3}"))
        .extracting(RunCost::rollouts, RunCost::evaluations)
        .containsExactly(6L, 4L);
    assertThat(counted("budget={type: images, amount: 2, shares: 5}"))
        .extracting(RunCost::rollouts, RunCost::evaluations)
        .containsExactly(1L, 2L);
    assertThat(counted("budget={type: evaluations, amount: 96, shares: 1}").rollouts())
        .as("42 and 3 * 18 a rollout")
        .isEqualTo(1);
    assertThat(counted("budget={type: images, amount: 1.0e9, shares: 1}").rollouts())
        .isEqualTo(1_000_000);
  }

  @Test
  void timeIsCountedAtAPace() {
    // 6 chains of 4 evaluations, 3 of them with the reference, 18 pairs and 6 images a rollout.
    RunCost.Pace pace = new RunCost.Pace(42, 18, 6);
    String nine = "budget={type: seconds, amount: 9, shares: 3}";
    RunCost cost = RunCost.of(TinyRun.config(nine), 4, pace);
    assertThat(cost.rollouts()).isEqualTo(3);
    assertThat(cost.seconds())
        .as("and 4 evaluations of 4 images in 4 steps")
        .isCloseTo(9 + 64 / 42.0 + 16 / 6.0, within(1e-9));
    assertThat(
            RunCost.of(TinyRun.config(nine, "evaluation.images_per_prompt=2"), 4, pace).seconds())
        .isCloseTo(9 + 128 / 42.0 + 32 / 6.0, within(1e-9));
    assertThat(counted(nine).rollouts()).isEqualTo(6);
  }

  private static RunCost counted(String... settings) {
    return RunCost.of(TinyRun.config(settings), 4, RunCost.Pace.UNKNOWN);
  }

  @Test
  void aStateChangesInOneThingAtATime() {
    GoldWatch.State watch =
        new GoldWatch.State(Map.of("gold", List.of(new GoldWatch.Pair(1, 2))), Set.of("gold"));
    Health health = new Health(3, true);
    TrainState first = TrainState.start(7);
    TrainState rolled = first.withRollout(LATER, 1.5, 6, 42);
    assertThat(rolled)
        .isEqualTo(
            new TrainState(
                1, 0, LATER, 0, 1.5, 6, 42, 0, Map.of(), GoldWatch.State.START, Health.START));
    assertThat(rolled.withRollout(LATER, 1, 6, 8).cost()).isEqualTo(new Cost(50, 12, 2.5));
    TrainState all =
        rolled
            .withUpdates(3)
            .withMetricsBytes(99)
            .withScore(4, 0.5, 2)
            .withWatch(watch)
            .withHealth(health);
    assertThat(all)
        .isEqualTo(new TrainState(1, 3, LATER, 99, 1.5, 6, 42, 2, Map.of(4L, 0.5), watch, health));
    assertThat(all.withScore(5, 1, 3).scores()).isEqualTo(Map.of(4L, 0.5, 5L, 1.0));
    assertThat(all.score(4)).isEqualTo(0.5);
    assertThat(all.score(3)).isNaN();
    assertThat(all.withPast(Map.of(), GoldWatch.State.START))
        .isEqualTo(
            new TrainState(
                1, 3, LATER, 99, 1.5, 6, 42, 2, Map.of(), GoldWatch.State.START, health));
    assertThat(TrainState.of(all.toBytes())).isEqualTo(all);
  }

  @Test
  void aStateThatIsDamagedOrOldIsNoticed() {
    ObjectNode whole = TrainState.start(7).withScore(4, 0.5, 2).toJson();
    assertThat(TrainState.isWithoutPast(whole)).isFalse();
    for (String key : List.of("scores", "gold_watch")) {
      ObjectNode less = whole.deepCopy();
      less.remove(key);
      assertThat(TrainState.isWithoutPast(less)).as(key).isTrue();
    }
    ObjectNode damaged = ConfigFile.parse("scores: {four: 0.5}", "state");
    assertThatThrownBy(() -> TrainState.fromJson(damaged))
        .isExactlyInstanceOf(UserError.class)
        .hasMessage("the state is damaged: it has a score of the step four");
  }

  @Test
  void aDriftIsReportedWhenItBegins() {
    Health before = new Health(2, false);
    Health at = before.afterUpdate(ratio(1.25), 0.25);
    Health beyond = before.afterUpdate(ratio(0.5), 0.25);
    assertThat(at).isEqualTo(before);
    assertThat(beyond).isEqualTo(new Health(2, true));
    assertThat(beyond.afterRollout(0.5)).isEqualTo(new Health(0, true));
    assertThat(beyond.afterRollout(1)).isEqualTo(new Health(3, true));
    assertThat(beyond.drifted(before, 9, ratio(0.5), 0.25))
        .contains(new Event.RatioDrifted(9, 0.5, 0.25));
    assertThat(beyond.drifted(beyond, 9, ratio(0.5), 0.25)).isEmpty();
    assertThat(before.drifted(before, 9, ratio(1), 0.25)).isEmpty();
  }

  private static LossTerms ratio(double mean) {
    return new LossTerms(0, 0, 0, mean, 0, 0);
  }

  @Test
  void silenceIsReportedOnceWithItsReason() {
    assertThat(new Health(4, false).lost(9, table(1, 1, 1, 1))).isEmpty();
    assertThat(new Health(6, false).lost(9, table(1, 1, 1, 1))).isEmpty();
    assertThat(new Health(5, false).lost(9, table(1, 1, 1, 1)))
        .contains(new Event.SignalLost(9, 5, "one gave every image the same score, 1.0"));
    assertThat(new Health(5, false).lost(9, table(1, 1, 2, 2)))
        .contains(new Event.SignalLost(9, 5, "the scores differ between prompts only"));
  }

  private static RewardTable table(float... scores) {
    return new RewardTable(LAYOUT, List.of(new RewardTable.Column("one", 1, scores)));
  }

  @Test
  void pairsAreCutEvenlyAndOrderedByStep() {
    List<Pair> pairs =
        List.of(new Pair(0, 0), new Pair(0, 1), new Pair(1, 0), new Pair(1, 1), new Pair(2, 1));
    assertThat(Pair.parts(pairs, 2))
        .containsExactly(
            List.of(new Pair(0, 0), new Pair(0, 1)),
            List.of(new Pair(1, 0), new Pair(1, 1), new Pair(2, 1)));
    assertThat(Pair.parts(List.of(new Pair(2, 1), new Pair(1, 1), new Pair(4, 0)), 1))
        .containsExactly(List.of(new Pair(4, 0), new Pair(1, 1), new Pair(2, 1)));
    assertThat(Pair.parts(List.of(), 2)).containsExactly(List.of(), List.of());
  }

  @Test
  void imagesAreMeasuredWithinTheirGroups() {
    Image black = new Image(1, 1, new byte[3]);
    Image white = new Image(1, 1, new byte[] {-1, -1, -1});
    LastImages images =
        new LastImages(
            LAYOUT,
            List.of(new ImageStatistics(1, 0.5, 0.25), new ImageStatistics(3, 1.5, 0.75)),
            Map.of(0, black, 1, white, 2, white, 3, white));
    assertThat(images.measure(4, Map.of("gold", 2.0)))
        .isEqualTo(new Event.ImagesMeasured(4, Map.of("gold", 2.0), 2, 1, 0.5, 0.5));
  }

  @Test
  void distributionsAreNamedByRewardOrStep() {
    Event.DistributionMeasured rewards = Distributions.rewards(3, table(1, 2, 3, 4));
    assertThat(rewards.of()).isEqualTo("rewards");
    assertThat(rewards.step()).isEqualTo(3);
    assertThat(rewards.values()).containsOnlyKeys("one");
    assertThat(rewards.values().get("one")).containsExactly(1, 2, 3, 4);

    double[][] values = {{0, 1}, {2, 3}, {4, 5}, {6, 7}};
    Event.DistributionMeasured advantages =
        Distributions.advantages(3, LAYOUT, new Advantages(values, 0));
    assertThat(advantages.of()).isEqualTo("advantages");
    assertThat(advantages.values()).containsOnlyKeys("step_01", "step_02");
    assertThat(advantages.values().get("step_02")).containsExactly(1, 3, 5, 7);

    Event.DistributionMeasured ratios =
        Distributions.ratios(3, LAYOUT, new float[][] {{1}, {2, 3}});
    assertThat(ratios.of()).isEqualTo("ratios");
    assertThat(ratios.values().get("step_02")).containsExactly(2, 3);
  }

  @Test
  void networksAreBitsASecond() {
    assertThat(ProcessPlan.network("100G")).isEqualTo(12.5e9);
    assertThat(ProcessPlan.network(" 800mbit/s ")).isEqualTo(1e8);
    assertThat(ProcessPlan.network("2.5k")).isEqualTo(312.5);
    assertThat(ProcessPlan.network("8")).isEqualTo(1);
    for (String wrong : List.of("", "0G", "fast", "-1G", "1.2.3G")) {
      assertThatThrownBy(() -> ProcessPlan.network(wrong))
          .isExactlyInstanceOf(UserError.class)
          .hasMessage("a network is bits a second, like 100G or 800M, not " + wrong);
    }
  }

  @Test
  void waitingForRewardsIsAShareOfTheRollout() {
    assertThat(new RewardTiming(4, 10, 2.5, 3).share()).isEqualTo(0.25);
  }
}
