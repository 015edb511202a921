package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.pretrain.PretrainRecipes;
import dev.meander.recipe.Recipes;
import org.junit.jupiter.api.Test;

class RecipesCommandTest {
  @Test
  void listsTheBundledOnesWithTheirCommand() {
    Cli.Result result = Cli.run("recipes");

    assertThat(result.status()).isZero();
    assertThat(result.out())
        .containsPattern("quickstart +train +\\w+")
        .containsPattern("toybox-sd3 +pretrain +\\w+");
    assertThat(Cli.run("recipes", "list").out()).isEqualTo(result.out());
  }

  @Test
  void theListAsJson() {
    JsonNode list = Cli.run("recipes", "list", "--json").json();

    assertThat(list.findValuesAsText("name"))
        .containsAll(Recipes.BUNDLED)
        .containsAll(PretrainRecipes.BUNDLED);
    assertThat(list.findValuesAsText("description")).allMatch(d -> !d.isBlank());
  }

  @Test
  void showsARecipeAsItWasWritten() {
    assertThat(Cli.run("recipes", "show", "quickstart").out())
        .isEqualTo(Recipes.text("quickstart"));
    assertThat(Cli.run("recipes", "show", "toybox-sd3").out())
        .isEqualTo(PretrainRecipes.text("toybox-sd3"));
  }

  @Test
  void showsARecipeAsJson() {
    assertThat(Cli.run("recipes", "show", "quickstart", "--json").json().path("name").asText())
        .isEqualTo("quickstart");
  }

  @Test
  void inFullARecipeNeedsNoOther() {
    Cli.Result full = Cli.run("recipes", "show", "toybox-tp-grpo", "--full");

    assertThat(full.out()).contains("turning_point", "noise_level: 0.7").doesNotContain("extends");
  }

  @Test
  void anUnknownNameGetsTheNearest() {
    Cli.Result result = Cli.run("recipes", "show", "quikstart");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("quikstart", "did you mean quickstart?");
  }

  @Test
  void settingsAreExplained() {
    assertThat(Cli.run("recipes", "settings", "train").out())
        .contains("`update.learning_rate`", "`sampling.guidance`", "| meaning |");
    assertThat(Cli.run("recipes", "settings", "pretrain").out())
        .contains("`flow_stage.steps`", "`text_share`");
    assertThat(Cli.run("recipes", "settings", "eval").status()).isEqualTo(2);
  }

  @Test
  void rewardsAreListed() {
    assertThat(Cli.run("recipes", "rewards").out()).contains("compositional");
    assertThat(Cli.run("recipes", "rewards", "--json").json().findValuesAsText("name"))
        .contains("compositional");
  }
}
