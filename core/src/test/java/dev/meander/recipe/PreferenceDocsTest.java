package dev.meander.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.reward.Rewards;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The recipes of docs/preference-rewards.md are recipes, up to the weights that are not here. */
class PreferenceDocsTest {
  private static List<String> recipes() throws IOException {
    List<String> recipes = new ArrayList<>();
    StringBuilder block = new StringBuilder();
    for (String line : Files.readAllLines(Path.of("../docs/preference-rewards.md"))) {
      if (line.startsWith("    ")) {
        block.append(line.substring(4)).append('\n');
      } else {
        if (block.toString().startsWith("name:")) {
          recipes.add(block.toString());
        }
        block.setLength(0);
      }
    }
    return recipes;
  }

  @Test
  void everyRecipeBindsAndAsksForItsWeights() throws IOException {
    List<String> names = new ArrayList<>();
    for (String recipe : recipes()) {
      TrainConfig config = Binder.bind(ConfigFile.parse(recipe, "docs"), TrainConfig.class, "docs");
      List<TrainConfig.RewardTerm> terms = new ArrayList<>(config.rewards());
      terms.add(config.evaluation().reward());
      for (TrainConfig.RewardTerm term : terms) {
        assertThatThrownBy(() -> Rewards.create(term.name(), term.config()))
            .isInstanceOf(UserError.class)
            .hasMessageMatching(
                "there is no (file or )?directory models/\\S+; read its licence at \\S+, then: (hf download|curl) .+");
      }
      names.add(terms.get(0).name());
    }
    assertThat(names)
        .containsExactlyInAnyOrder("pickscore", "clip_score", "hpsv2", "aesthetic", "image_reward");
  }
}
