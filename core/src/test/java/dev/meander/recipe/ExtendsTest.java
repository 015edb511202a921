package dev.meander.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.schedule.FixedWindow;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtendsTest {
  @TempDir Path dir;

  private String write(String file, String text) throws IOException {
    return Files.writeString(dir.resolve(file), text).toString();
  }

  private static TrainConfig load(String recipe) {
    return Recipes.load(recipe, List.of());
  }

  @Test
  void whatIsNotSaidIsTheExtendedRecipes() throws IOException {
    String mine =
        write(
            "mine.yaml",
            "name: mine\nextends: quickstart\nrollouts: 3\nmethod: {window: {type: fixed, size: 2}}\n");

    TrainConfig config = load(mine);
    TrainConfig quickstart = load("quickstart");

    assertThat(config.rollouts()).isEqualTo(3);
    assertThat(config.method().window()).isEqualTo(new FixedWindow(0, 2));
    assertThat(config.method().dynamics()).isEqualTo(quickstart.method().dynamics());
    assertThat(config.update()).isEqualTo(quickstart.update());
    assertThat(config.description()).as("never another's").isEmpty();
  }

  @Test
  void filesAreSoughtBesideTheOneThatNamesThem() throws IOException {
    write("base.yaml", "name: base\nextends: quickstart\nseed: 7\n");
    Files.createDirectory(dir.resolve("sub"));
    String mine = write("sub/mine.yaml", "name: mine\nextends: ../base.yaml\n");

    assertThat(load(mine).seed()).isEqualTo(7);
  }

  @Test
  void anotherRewardDoesNotKeepTheOldOnesSettings() throws IOException {
    String mine =
        write(
            "mine.yaml", "name: mine\nextends: quickstart\nevaluation: {reward: {name: other}}\n");

    assertThat(load(mine).evaluation().reward().config()).isEmpty();
    assertThat(load(mine).evaluation().steps()).isEqualTo(20);
  }

  @Test
  void everyRecipeHasItsOwnName() throws IOException {
    String mine = write("mine.yaml", "extends: quickstart\n");

    assertThatThrownBy(() -> load(mine)).isInstanceOf(UserError.class).hasMessageContaining("name");
  }

  @Test
  void aCircleIsNamed() throws IOException {
    String a = write("a.yaml", "name: a\nextends: b.yaml\n");
    String b = write("b.yaml", "name: b\nextends: a.yaml\n");

    assertThatThrownBy(() -> load(a))
        .isInstanceOf(UserError.class)
        .hasMessage("recipes extend each other in a circle: %s -> %s -> %s".formatted(a, b, a));
  }

  @Test
  void whatCannotBeExtendedIsNamed() throws IOException {
    String missing = write("missing.yaml", "name: x\nextends: quickstrat\n");
    String list = write("list.yaml", "name: x\nextends: [quickstart]\n");

    assertThatThrownBy(() -> load(missing))
        .isInstanceOf(UserError.class)
        .hasMessage(
            missing + ", line 2: extends: there is no recipe quickstrat; did you mean quickstart?");
    assertThatThrownBy(() -> load(list))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(list + ", line 2: extends must be the name of a recipe or a file");
    String file = write("file.yaml", "name: x\nextends: ../base.yaml\n");
    assertThatThrownBy(() -> load(file))
        .hasMessage(file + ", line 2: extends: there is no file ../base.yaml");
    assertThatThrownBy(() -> Recipes.load("nothing-of-the-kind", List.of()))
        .hasMessage(
            "there is no recipe nothing-of-the-kind; give a file, or a name: meander recipes lists all "
                + Recipes.BUNDLED.size());
  }

  @Test
  void aMistakeIsReportedWhereItStands() throws IOException {
    String mine = write("mine.yaml", "name: mine\nextends: quickstart\nrolouts: 3\n");

    assertThatThrownBy(() -> load(mine)).hasMessageContaining("line 3: rolouts is not a setting");
  }
}
