package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method as a recipe: two rollouts of the tiny pipeline, T = 4, 2 prompts x 6 images. */
class MethodsTest {
  private static final String BRANCHES = "method.plan={type: branches, branches: 3}";
  private static final String STOCHASTIC = "method.plan={type: branches, branches: 3, trunk: sde}";

  /**
   * A method.
   *
   * @param images finished in a rollout, those of completions included
   * @param pairs of sample and step that are trained in a rollout
   */
  record Method(String name, int images, int pairs, String... overrides) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Method> methods() {
    return List.of(
        new Method("Flow-GRPO", 12, 36),
        new Method(
            "DanceGRPO",
            12,
            16, // 2 of 3 steps of the 2 best and the 2 worst of 6, 2 groups
            "method.dynamics={type: dance_sde, eta: 0.3}",
            "sampling.schedule={type: uniform_shift, shift: 3.0}",
            "method.plan={type: chains, noises: 1}",
            "rewards=[{name: brightness}, {name: brightness, weight: -0.5}]",
            "mix=decoupled_sum",
            "method.selection={step_fraction: 0.6, best_and_worst: 2}",
            "method.kl=none"),
        new Method(
            "TempFlow-GRPO v1",
            36,
            36,
            BRANCHES,
            "method.weight=noise_aware",
            "method.kl={type: paper, beta: 0.001}"),
        new Method(
            "TempFlow-GRPO v2",
            36,
            36,
            BRANCHES,
            "method.weight=noise_aware",
            "method.grouping=seed"),
        new Method("TP-GRPO", 48, 36, "method.credit=turning_point"),
        new Method("TP-GRPO, consistent", 48, 36, "method.credit=turning_point_consistent"),
        new Method("incremental", 48, 36, "method.credit=incremental"),
        new Method(
            "TP-GRPO under CPS, balanced",
            48,
            36,
            "method.dynamics={type: cps, noise_level: 0.7}",
            "method.credit={type: turning_point, trend: overall, balance: aggregated}"),
        new Method("GRPO-Guard", 12, 36, "method.objective={type: guard, clip_range: 1.0e-3}"),
        new Method(
            "MixGRPO", 12, 24, "method.window={type: sliding, size: 2, stride: 1, interval: 1}"),
        new Method(
            "turning points on a stochastic trunk",
            40, // 36 branches and 4 trunks
            36,
            STOCHASTIC,
            "method.credit=turning_point",
            "method.grouping=seed"),
        new Method(
            "what branches changed on the trunk of the ODE",
            40,
            36,
            BRANCHES,
            "method.credit=incremental"),
        new Method(
            "turning points compared within a noise, weighted",
            48,
            36,
            "method.plan={type: chains, noises: 2}",
            "method.credit=turning_point",
            "method.grouping=seed",
            "method.weight=noise_aware"));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void trains(Method method, @TempDir Path temp) throws Exception {
    Path run = temp.resolve("run");
    List<String> overrides =
        new ArrayList<>(
            List.of("rollouts=2", "data.group_size=6", "evaluation.every=0", "evaluation.limit=2"));
    overrides.addAll(Arrays.asList(method.overrides()));

    Trainer.Summary summary = TinyRun.run(run, false, overrides.toArray(String[]::new));

    assertThat(summary.images()).isEqualTo(2L * method.images());
    List<Event> events =
        MetricsFile.read(run.resolve("metrics.jsonl")).stream().map(Stamped::event).toList();
    List<Event.UpdateFinished> updates = only(events, Event.UpdateFinished.class);
    List<Event.RolloutFinished> rollouts = only(events, Event.RolloutFinished.class);
    List<Event.FirstRatioMeasured> ratios = only(events, Event.FirstRatioMeasured.class);
    boolean penalised = !overrides.contains("method.kl=none");
    assertThat(updates).hasSize(2);
    assertThat(rollouts).hasSize(2);
    assertThat(ratios).hasSize(2);
    for (Event.RolloutFinished rollout : rollouts) {
      assertThat(rollout.images()).isEqualTo(method.images());
      assertFinite(rollout.rewardMean(), rollout.rewardStd(), rollout.zeroStdRatio());
      assertThat(rollout.rewards().values()).isNotEmpty().allMatch(Double::isFinite);
      assertThat(rollout.rewardStd()).isPositive();
      assertThat(rollout.zeroStdRatio()).isLessThan(1);
    }
    for (Event.UpdateFinished update : updates) {
      assertThat(update.samples()).isEqualTo(method.pairs());
      assertFinite(
          update.policyLoss(),
          update.ratioMean(),
          update.ratioMaxDeviation(),
          update.clipFraction(),
          update.gradNorm(),
          update.learningRate(),
          penalised ? update.kl() : 0);
      assertThat(Double.isNaN(update.kl())).isNotEqualTo(penalised);
      assertThat(update.gradNorm()).isPositive();
    }
    for (Event.FirstRatioMeasured ratio : ratios) {
      assertThat(ratio.maxDeviation()).isBetween(0.0, 1e-4);
      assertThat(ratio.warning()).isEmpty();
    }
    assertFinite(summary.scoreBefore(), summary.scoreAfter());
    assertThat(run.resolve("adapter/adapter_config.json")).exists();
    assertThat(Files.readString(run.resolve("metrics.jsonl"))).doesNotContain("Infinity");
  }

  @Test
  void turningPointsUnderRewardsOfTwoValuesAreWarnedOf(@TempDir Path temp) {
    List<String> warnings =
        warnings(temp, "method.credit=turning_point", "rewards=[{name: constant}]");
    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(0))
        .contains("nothing is learned of it", "constant gave every image the same score, 0.0");
    assertThat(warnings.get(1)).contains("the reward constant", "two values", "incremental");
    assertThat(warnings(temp.resolve("many"), "method.credit=turning_point")).isEmpty();
    assertThat(warnings(temp.resolve("plain"), "rewards=[{name: constant}]"))
        .hasSize(1)
        .allMatch(w -> w.contains("nothing is learned of it"));
  }

  private static List<String> warnings(Path temp, String... overrides) {
    List<String> all =
        new ArrayList<>(List.of("rollouts=2", "evaluation.every=0", "evaluation.limit=2"));
    all.addAll(Arrays.asList(overrides));
    TinyRun.run(temp.resolve("run"), false, all.toArray(String[]::new));
    List<Event> events =
        MetricsFile.read(temp.resolve("run/metrics.jsonl")).stream().map(Stamped::event).toList();
    return only(events, Event.Message.class).stream()
        .filter(message -> message.level() == Event.Level.WARNING)
        .map(Event.Message::text)
        .filter(text -> !text.contains("are cut at 16 tokens")) // the tiny model sees no more
        .toList();
  }

  @Test
  void guardIsForTheFlowSdeAlone() {
    assertRefused(
        List.of("method.objective", "guard", "flow_sde", "clipped"),
        "method.dynamics={type: cps, noise_level: 0.7}",
        "method.objective={type: guard, clip_range: 1.0e-3}");
  }

  @Test
  void seedGroupsNeedSharedNoises() {
    assertRefused(
        List.of("method.grouping", "seed", "method.plan.noises", "branches"),
        "method.grouping=seed");
    TinyRun.config("data.group_size=6", BRANCHES, "method.grouping=seed");
  }

  @Test
  void stepsNeedNoise() {
    for (String dynamics :
        List.of(
            "{type: flow_sde, noise_level: 0}",
            "{type: cps, noise_level: 0}",
            "{type: dance_sde, eta: 0}")) {
      assertRefused(List.of("method.dynamics", "noise level"), "method.dynamics=" + dynamics);
    }
  }

  @Test
  void groupsAreWholeBranchesAndNoises() {
    assertRefused(
        List.of("data.group_size (3)", "method.plan.branches (2)"),
        "method.plan={type: branches, branches: 2}");
    assertRefused(
        List.of("data.group_size (3)", "method.plan.noises (2)"),
        "method.plan={type: chains, noises: 2}");
    assertRefused(
        List.of("data.group_size (3)", "method.plan.branches (6)"),
        "method.plan={type: branches, branches: 6}");
  }

  private static void assertRefused(List<String> keywords, String... overrides) {
    assertThatThrownBy(() -> TinyRun.config(overrides))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(keywords.toArray(String[]::new));
  }

  private static void assertFinite(double... values) {
    for (double value : values) {
      assertThat(value).isFinite();
    }
  }

  private static <E extends Event> List<E> only(List<Event> events, Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
