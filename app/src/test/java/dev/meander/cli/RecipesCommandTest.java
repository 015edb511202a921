package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.pretrain.PretrainRecipes;
import dev.meander.prompt.PromptSet;
import dev.meander.recipe.Recipes;
import dev.meander.train.PromptSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void listsThoseOfOneModel() {
    Cli.Result flux = Cli.run("recipes", "--for", "flux");

    assertThat(flux.out()).contains("FLUX.1-dev", "flux-mix-grpo").doesNotContain("quickstart");
    assertThat(Cli.run("recipes", "list", "--for", "flux").out()).isEqualTo(flux.out());
    assertThat(Cli.run("recipes", "--for", "pretrain", "--json").json().findValuesAsText("name"))
        .containsExactlyElementsOf(PretrainRecipes.BUNDLED);
    assertThat(Cli.run("recipes", "--for", "sdxl").err()).contains("--for", "SD35M");
  }

  @Test
  void aSetOfPromptsAsAFileHasIt(@TempDir Path dir) throws IOException {
    String lines = Cli.run("recipes", "prompts", "toybox:validation", "--limit", 3).out();
    Path file = Files.writeString(dir.resolve("prompts.jsonl"), lines);

    PromptSet read = PromptSet.load(file);
    PromptSet set = PromptSource.load("toybox:validation");
    assertThat(read.size()).isEqualTo(3);
    assertThat(read.get(2).text()).isEqualTo(set.get(2).text());
    assertThat(read.get(2).metadata().path("include"))
        .isEqualTo(set.get(2).metadata().path("include"))
        .isNotEmpty();
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
        .contains("\nupdate.learning_rate  ", "\nsampling.guidance  ");
    assertThat(Cli.run("recipes", "settings", "pretrain").out())
        .contains("\nflow_stage.steps  ", "\ntext_share  ");
    assertThat(Cli.run("recipes", "settings", "train", "--markdown").out())
        .contains("`update.learning_rate`", "| meaning |");
    assertThat(Cli.run("recipes", "settings", "eval").status()).isEqualTo(2);
  }

  @Test
  void oneSettingOrSectionIsExplained() {
    assertThat(Cli.run("recipes", "settings", "train", "method.window").out())
        .startsWith("method.window\n    type: one of full, fixed, random, sliding; default full\n")
        .contains(
            "\nmethod.window.start  (with method.window: fixed)\n    an integer, at least 0; required")
        .doesNotContain("method.plan");
    assertThat(Cli.run("recipes", "settings", "train", "rewards[0].weight").out())
        .startsWith("rewards[].weight\n    a number; default 1.0\n");
    JsonNode beta = Cli.run("recipes", "settings", "train", "beta1", "--json").json().get(0);
    assertThat(beta.path("key").asText()).isEqualTo("update.beta1");
    assertThat(beta.path("with").size()).isZero();
    assertThat(beta.path("meaning").asText()).isNotBlank();
    assertThat(Cli.run("recipes", "settings", "train", "update.beta3").err())
        .contains("there is no setting update.beta3 of train; did you mean update.beta1?");
  }

  @Test
  void rewardsAreListed() {
    assertThat(Cli.run("recipes", "rewards").out()).contains("compositional");
    assertThat(Cli.run("recipes", "rewards", "--json").json().findValuesAsText("name"))
        .contains("compositional");
  }
}
