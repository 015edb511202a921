package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.advantage.DecoupledSum;
import dev.meander.advantage.Gdpo;
import dev.meander.advantage.WeightedSum;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.UserError;
import dev.meander.optim.AdamWConfig;
import dev.meander.optim.EmaConfig;
import dev.meander.optim.GradClip;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Rewards;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainConfigTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "update.beta1=1.5 | update.beta1 must be at least 0 and below 1, found 1.5",
        "update.beta2=-0.1 | update.beta2 must be at least 0 and below 1, found -0.1",
        "update.epsilon=-1 | update.epsilon must be at least 0, found -1.0",
        "update.weight_decay=-1 | update.weight_decay must be at least 0, found -1.0",
        "update.max_grad_norm=-1 | update.max_grad_norm must be greater than 0, found -1.0",
        "update.ema={decay: 2.0, every: 1} | update.ema.decay must be at least 0 and below 1, found 2.0",
        "update.ema.every=0 | update.ema.every must be greater than 0, found 0",
        "method.advantage_clamp=-1 | method.advantage_clamp must be greater than 0, found -1.0",
      })
  void everyNumberIsCheckedWhenTheRecipeIsRead(String setting, String message) {
    assertThatThrownBy(() -> TinyRun.config(setting))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageStartingWith("tiny: --set " + setting)
        .hasMessageEndingWith(": " + message);
  }

  @Test
  void rewardsOfGroupsNeedTwoAtEveryPlace() {
    String winRate = "rewards=[{name: win_rate, config: {reward: brightness}}]";
    String[] branches = {
      winRate, "data.group_size=4", "method.plan={type: branches, branches: 4, trunk: sde}"
    };
    assertThat(TinyRun.config(branches).problemsOfGroups(Rewards::comparesGroups)).isEmpty();
    String[] alone = {branches[0], branches[1], branches[2], "method.credit=incremental"};
    assertThat(TinyRun.config(alone).problemsOfGroups(Rewards::comparesGroups))
        .singleElement()
        .asString()
        .startsWith("rewards: win_rate compares")
        .contains("with data.group_size: 4 there is only one before the window")
        .contains("method.credit: terminal");
    String[] two = {alone[0], "data.group_size=8", alone[2], alone[3]};
    assertThat(TinyRun.config(two).problemsOfGroups(Rewards::comparesGroups)).isEmpty();
    String[] chains = {
      winRate, "method.credit=incremental", "method.plan={type: chains, noises: 1}"
    };
    assertThat(TinyRun.config(chains).problemsOfGroups(Rewards::comparesGroups)).isEmpty();
    assertThat(
            TinyRun.config("evaluation.reward={name: win_rate}")
                .problemsOfGroups(Rewards::comparesGroups))
        .singleElement()
        .asString()
        .startsWith("evaluation.reward: win_rate compares the images of a group");
    assertThatThrownBy(() -> TinyRun.config("data.group_size=1"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("data.group_size must be between 2 and 4096, found 1");
  }

  @Test
  void aStageRefusesThemToo() {
    GroupReward own = group -> new float[group.size()];
    TrainConfig config =
        TinyRun.config(
            "data.group_size=4",
            "method.plan={type: branches, branches: 4, trunk: sde}",
            "method.credit=incremental");
    try (RewardSet given = new RewardSet(Map.of("brightness", own))) {
      assertThatThrownBy(() -> new RewardStage(config, given))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("evaluation.reward: brightness compares")
          .hasMessageContaining("rewards: brightness compares");
    }
  }

  @Test
  void everyRuleOfSeveralSettingsIsReportedWithItsLine() {
    assertThatThrownBy(
            () ->
                Binder.bind(
                    ConfigFile.parse(
                        """
                        name: wrong
                        rollouts: 1
                        threads: -1
                        model: {path: x, dtype: bfloat16}
                        sampling:
                          steps: 4
                        method:
                          dynamics: {type: flow_sde, noise_level: 0}
                          window: {type: fixed, start: 2, size: 2}
                          plan: {type: chains, noises: 5}
                          grouping: seed
                          advantage_clamp: 0
                        data: {prompts: "src/test/resources/prompts/train.txt", prompts_per_rollout: 3, group_size: 6}
                        rewards: []
                        policy: full
                        update: {updates_per_rollout: 2, beta1: 1}
                        evaluation: {prompts: "src/test/resources/prompts/validation.txt", reward: {name: constant}}
                        """,
                        "wrong.yaml"),
                    TrainConfig.class,
                    "wrong.yaml"))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining("line 3: threads must be between 0 and 1024, found -1")
        .hasMessageContaining("line 12: method.advantage_clamp must be greater than 0")
        .hasMessageContaining("line 16: update.beta1 must be at least 0 and below 1")
        .hasMessageContaining("line 14: rewards: at least one is needed")
        .hasMessageContaining("line 13: data.prompts_per_rollout (3) must be a multiple of")
        .hasMessageContaining("line 10: data.group_size (6) must be a multiple of")
        .hasMessageContaining("line 8: method.dynamics: without noise")
        .hasMessageContaining("line 15: policy: full trains the weights themselves")
        .hasMessageContaining("line 9: the window of steps [2, 4) must lie within [0, 3)");
  }

  @Test
  void turningPointsNeedATrajectoryThatTurns() {
    for (String credit :
        List.of(
            "turning_point",
            "turning_point_consistent",
            "turning_point_any_flip",
            "turning_point_positive",
            "turning_point_bonus",
            "turning_point_propagated",
            "{type: turning_point_delayed, start: 3}")) {
      assertThatThrownBy(
              () ->
                  TinyRun.config(
                      "method.plan={type: branches, branches: 2, trunk: ode}",
                      "method.credit=" + credit))
          .isExactlyInstanceOf(UserError.class)
          .hasMessageContaining("method.credit: turning points need a trajectory to turn")
          .hasMessageContaining("method.plan.trunk: sde");
    }
  }

  @Test
  void componentsOwnTheirSettingsAndTheirKeysStayWhereTheyWere() {
    TrainConfig config =
        TinyRun.config(
            "update.beta1=0.8",
            "update.beta2=0.95",
            "update.epsilon=1e-12",
            "update.weight_decay=0.01",
            "update.max_grad_norm=2",
            "update.ema={decay: 0.5}");

    assertThat(config.update().optimizer()).isEqualTo(new AdamWConfig(0.8, 0.95, 1e-12, 0.01));
    assertThat(config.update().clip()).isEqualTo(new GradClip(2));
    assertThat(config.update().ema()).isEqualTo(Optional.of(new EmaConfig(0.5, 8, 10)));
    assertThat(ConfigWriter.toTree(config).path("update").path("beta1").doubleValue())
        .isEqualTo(0.8);
    assertThat(Binder.bind(ConfigWriter.toTree(config), TrainConfig.class, "written"))
        .isEqualTo(config);
  }

  @Test
  void rewardsAreMixedByName() {
    assertThat(TinyRun.config().mix()).isEqualTo(new WeightedSum());
    assertThat(TinyRun.config("mix=weighted_sum").mix()).isEqualTo(new WeightedSum());
    assertThat(TinyRun.config("mix=decoupled_sum").mix()).isEqualTo(new DecoupledSum());
    assertThat(TinyRun.config("mix=gdpo").mix()).isEqualTo(new Gdpo());
    assertThatThrownBy(() -> TinyRun.config("mix=product"))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining("mix cannot be \"product\"");
  }
}
