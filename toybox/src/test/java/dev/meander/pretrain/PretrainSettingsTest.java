package dev.meander.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.Describe;
import dev.meander.config.SettingsWalk;
import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PretrainSettingsTest {
  private static final Map<String, Class<? extends Record>> KINDS =
      Map.of("toybox-sd3", PretrainConfig.class, "toybox-preference-model", PreferenceConfig.class);

  @Property(tries = 3)
  void everyWrongNumberIsRefused(@ForAll long seed) {
    Random random = new Random(seed);
    KINDS.forEach(
        (recipe, kind) -> {
          List<SettingsWalk.Numeric> all = SettingsWalk.of(kind);
          assertThat(all).hasSizeGreaterThan(25);
          for (SettingsWalk.Numeric setting : all) {
            for (String wrong : setting.wrong(random)) {
              List<String> overrides = new ArrayList<>(setting.setup());
              overrides.add(setting.key() + "=" + wrong);
              assertThatThrownBy(() -> PretrainRecipes.load(recipe, overrides))
                  .as("%s %s, seed %d", recipe, overrides, seed)
                  .isExactlyInstanceOf(UserError.class)
                  .hasMessageContaining(setting.key())
                  .hasMessageContaining(" must be ");
            }
          }
        });
  }

  @Test
  void everySettingHasADescription() {
    for (Class<? extends Record> kind : KINDS.values()) {
      assertThat(Describe.toMarkdown(kind).lines().filter(row -> row.endsWith("|  |"))).isEmpty();
    }
  }
}
