package dev.meander.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.advantage.SeedGroups;
import dev.meander.credit.TurningPointCredit;
import dev.meander.layout.Branches;
import dev.meander.schedule.NoiseAwareWeight;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StaticShift;
import dev.meander.schedule.StepRange;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class RecipesTest {
  private static final List<String> BUNDLED = Recipes.BUNDLED;

  @ParameterizedTest
  @FieldSource("BUNDLED")
  void everyBundledRecipeBinds(String name) {
    TrainConfig config = Recipes.load(name, List.of());

    assertThat(config.name()).isEqualTo(name);
    assertThat(config.description()).isNotBlank();
    StepRange window = config.method().window().window(config.sampling().steps(), config.seed(), 0);
    SigmaSchedule schedule = new StaticShift(3).schedule(config.sampling().steps());
    double[] weights =
        config
            .method()
            .weight()
            .weights(config.method().dynamics().noise(), schedule, window.steps().toArray());
    assertThat(weights).isNotEmpty();
    assertThat(Arrays.stream(weights).min().orElseThrow()).isPositive();
  }

  /** Of all weights gradients are added fast, where fixed parts would not make the bits equal. */
  @ParameterizedTest
  @FieldSource("BUNDLED")
  void everyBundledRecipePinsItsPartsWhereSumsAreExact(String name) {
    TrainConfig config = Recipes.load(name, List.of());

    boolean exact = config.policy() instanceof TrainConfig.Lora;
    assertThat(config.distributed().parts() > 0).isEqualTo(exact);
  }

  @Test
  void everyRecipeFileIsListed() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/recipes"))) {
      assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(BUNDLED.stream().map(n -> n + ".yaml").toList());
    }
  }

  @Test
  void noTwoRecipesOfTheToyModelTrainTheSameMethodOnTheSameRewards() {
    Set<List<Object>> methods = new HashSet<>();
    List<String> toys = BUNDLED.stream().filter(n -> n.startsWith("toybox-")).toList();
    for (String name : toys) {
      TrainConfig config = Recipes.load(name, List.of());
      methods.add(List.of(config.method(), config.rewards()));
    }
    assertThat(methods).hasSameSizeAs(toys);
  }

  @Test
  void theMixtureHasBothItsParts() {
    TrainConfig.Method mixture = Recipes.load("toybox-tempflow-tp", List.of()).method();

    assertThat(mixture.plan()).isEqualTo(new Branches(4, Branches.Trunk.SDE));
    assertThat(mixture.credit()).isInstanceOf(TurningPointCredit.class);
    assertThat(mixture.weight()).isInstanceOf(NoiseAwareWeight.class);
  }

  @Test
  void creditRulesWithoutARecipeTakeThePlaceOfTurningPoints() throws IOException {
    Matcher rules =
        Pattern.compile("^\\| `(turning_point_\\w+)` \\|", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("../docs/recipes.md")));
    Set<Class<?>> classes = new HashSet<>();
    while (rules.find()) {
      String start = rules.group(1).endsWith("delayed") ? ", start: 20" : "";
      String credit = "method.credit={type: " + rules.group(1) + start + "}";
      classes.add(Recipes.load("toybox-tp-grpo", List.of(credit)).method().credit().getClass());
    }
    assertThat(classes).hasSize(5);
  }

  @Test
  void tempFlowOnTheLargeModelIsTheReleasedSetting() {
    TrainConfig config = Recipes.load("sd35m-tempflow-v2-geneval", List.of());

    assertThat(config.method().grouping()).isInstanceOf(SeedGroups.class);
    assertThat(config.method().plan()).isEqualTo(new Branches(6, Branches.Trunk.ODE));
    assertThat(config.method().plan().initialNoises(config.data().groupSize())).isEqualTo(4);
    assertThat(config.model().height()).isEqualTo(512);
  }
}
