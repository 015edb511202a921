package dev.meander.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.train.PromptSource;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths in a recipe are relative to it. */
class RecipePathsTest {
  private static final String HEAD = "name: mine\nextends: quickstart\n";

  @TempDir Path dir;

  private String write(String file, String text) throws IOException {
    Path path = dir.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text).toString();
  }

  private static TrainConfig load(String recipe, String... settings) {
    return Recipes.load(recipe, List.of(settings));
  }

  @Test
  void filesLieBesideTheRecipe() throws IOException {
    String prompts = write("prompts.txt", "a star\n");
    String heldOut = write("data/held-out.txt", "a circle\n");
    String mine =
        write(
            "mine.yaml",
            HEAD + "data: {prompts: prompts.txt}\nevaluation: {prompts: ./data/held-out.txt}\n");

    TrainConfig config = load(mine);

    assertThat(config.data().prompts()).isEqualTo(prompts);
    assertThat(PromptSource.load(config.evaluation().prompts()).get(0).text())
        .isEqualTo("a circle");
    assertThat(Path.of(config.evaluation().prompts())).hasSameTextualContentAs(Path.of(heldOut));
  }

  @Test
  void eachFileHasItsOwnFolder() throws IOException {
    String prompts = write("base/prompts.txt", "a star\n");
    write("prompts.txt", "another\n");
    String heldOut = write("held-out.txt", "a circle\n");
    write("base/base.yaml", HEAD + "data: {prompts: prompts.txt}\n");
    String mine =
        write(
            "mine.yaml",
            "name: mine\nextends: base/base.yaml\nevaluation: {prompts: held-out.txt}\n");

    TrainConfig config = load(mine);

    assertThat(config.data().prompts()).isEqualTo(prompts);
    assertThat(config.evaluation().prompts()).isEqualTo(heldOut);
  }

  @Test
  void settingsOfTheCommandLineAreRelativeToTheWorkingDirectory() throws IOException {
    write("prompts.txt", "a star\n");
    String mine = write("mine.yaml", HEAD + "data: {prompts: prompts.txt}\n");

    assertThat(load(mine, "data.prompts=prompts.txt").data().prompts()).isEqualTo("prompts.txt");
  }

  @Test
  void whatLiesInTheWorkingDirectoryAloneIsMeant() throws IOException {
    String here = "src/test/java/dev/meander/recipe/RecipePathsTest.java";
    String mine = write("mine.yaml", HEAD + "data: {prompts: " + here + "}\n");

    assertThat(load(mine).data().prompts()).isEqualTo(here);
  }

  @Test
  void setsOfPromptsBundledModelsAndAbsolutePathsStayAsTheyAre() throws IOException {
    String absolute = dir.resolve("elsewhere/model").toString();
    String mine =
        write(
            "mine.yaml",
            HEAD
                + "model: {path: "
                + absolute
                + "}\ndata: {prompts: 'toybox:train'}\nevaluation: {prompts: 'toybox:heldout'}\n");

    TrainConfig config = load(mine);

    assertThat(config.model().path()).isEqualTo(absolute);
    assertThat(config.data().prompts()).isEqualTo("toybox:train");
    assertThat(config.evaluation().prompts()).isEqualTo("toybox:heldout");
    assertThat(load("quickstart").model().path()).isEqualTo("models/toybox-sd3");
  }

  @Test
  void whatIsNowhereIsMissedBesideTheRecipe() throws IOException {
    String mine =
        write("mine.yaml", HEAD + "model: {path: org/model}\ndata: {prompts: prompts.txt}\n");

    TrainConfig config = load(mine);

    assertThat(config.model().path()).as("a name of the hub").isEqualTo("org/model");
    assertThatThrownBy(() -> PromptSource.load(config.data().prompts()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(dir.resolve("prompts.txt") + ": there is no such prompt file");
  }

  @Test
  void pathsOfRewardsAndOfTheAdapterToStartFrom() throws IOException {
    Files.createDirectories(dir.resolve("clip"));
    Files.createDirectories(dir.resolve("first"));
    write("base.yaml", HEAD);
    String mine =
        write(
            "sub/mine.yaml",
            """
            name: mine
            extends: ../base.yaml
            policy: {lora: {from: ../first}}
            rewards:
            - name: pickscore
              config: {model: ../clip}
            - name: win_rate
              config: {reward: clip_score, config: {model: ../clip}}
            """);

    TrainConfig config = load(mine);

    String clip = dir.resolve("sub/../clip").toString();
    assertThat(config.rewards().get(0).config().path("model").asText()).isEqualTo(clip);
    assertThat(config.rewards().get(1).config().path("config").path("model").asText())
        .isEqualTo(clip);
    assertThat(((TrainConfig.Lora) config.policy()).lora().from())
        .contains(dir.resolve("sub/../first").toString());
  }

  /** Its folder holds other things of the same names. */
  @Test
  void aRunsOwnRecipeHasThePathsThatItWasStartedWith() throws IOException {
    Files.createDirectories(dir.resolve("adapter"));
    write("provenance.json", "{}");
    String run = write("recipe.yaml", HEAD + "policy: {lora: {from: adapter}}\n");

    assertThat(((TrainConfig.Lora) load(run).policy()).lora().from()).contains("adapter");
  }
}
