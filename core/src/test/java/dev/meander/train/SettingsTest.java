package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.Describe;
import dev.meander.config.SettingsWalk;
import dev.meander.config.UserError;
import dev.meander.optim.CosineRate;
import dev.meander.optim.WarmupStableDecay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Property(tries = 3)
  void everyWrongNumberIsRefusedAndNothingIsLeftBehind(@ForAll long seed) throws IOException {
    Path temp = Files.createTempDirectory("settings");
    Random random = new Random(seed);
    List<SettingsWalk.Numeric> all = SettingsWalk.of(TrainConfig.class);
    assertThat(all).hasSizeGreaterThan(60);
    for (SettingsWalk.Numeric setting : all) {
      for (String wrong : setting.wrong(random)) {
        List<String> overrides = new ArrayList<>(setting.setup());
        overrides.add(setting.key() + "=" + wrong);
        assertThatThrownBy(
                () -> TinyRun.run(temp.resolve("run"), false, overrides.toArray(String[]::new)))
            .as("%s, seed %d", overrides, seed)
            .isExactlyInstanceOf(UserError.class)
            .hasMessageContaining(setting.key())
            .hasMessageContaining(" must be ");
      }
    }
    assertThat(temp).isEmptyDirectory();
    Files.delete(temp);
  }

  @Test
  void everySettingHasADescription() {
    assertThat(Describe.toMarkdown(TrainConfig.class).lines().filter(row -> row.endsWith("|  |")))
        .isEmpty();
  }

  @Test
  void aLearningRateWithoutATotalEndsWithTheRun() {
    TrainConfig cosine =
        TinyRun.config(
            "rollouts=7",
            "update.updates_per_rollout=2",
            "update.epochs=3",
            "update.learning_rate={type: cosine, peak: 1e-3, warm_up: 1, floor: 0}");
    TrainConfig stable =
        TinyRun.config(
            "rollouts=5",
            "update.updates_per_rollout=1",
            "update.learning_rate={type: warmup_stable_decay, peak: 1e-3, warm_up: 1, decay: 2, shape: linear}");

    assertThat(cosine.learningRate()).isEqualTo(new CosineRate(1e-3, 1, 42, 0));
    assertThat(((WarmupStableDecay) stable.learningRate()).total()).contains(5L);
    assertThatThrownBy(
            () ->
                TinyRun.config(
                    "rollouts=2",
                    "update.learning_rate={type: cosine, peak: 1e-3, warm_up: 9, floor: 0}"))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(
            "update.learning_rate: a cosine needs a total above warm_up (9), not 4");
  }
}
