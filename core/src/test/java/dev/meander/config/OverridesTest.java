package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Samples.Plain;
import dev.meander.config.Samples.Run;
import dev.meander.config.Samples.Scorer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {
  private static final ObjectNode TREE =
      ConfigFile.parse(
          """
          name: a
          train:
            lr: 1
          credit:
            type: turning_point
            eta: 3
          rewards: [{kind: x}, {kind: y, weight: 2}]
          """,
          "run.yaml");

  private static ObjectNode tree(String yaml) {
    return ConfigFile.parse(yaml, "other.yaml");
  }

  private static Run run(ObjectNode tree) {
    return Binder.bind(tree, Run.class, "run.yaml");
  }

  private static ObjectNode set(String... assignments) {
    return Overrides.apply(TREE, List.of(assignments));
  }

  @Test
  void valuesAreYaml() {
    ObjectNode before = TREE.deepCopy();
    Run run =
        run(
            set(
                "name=b=c",
                "train.steps=7",
                "train.branch_steps=[5, 6]",
                "rewards[1].weight=0.5",
                "weights.new=2",
                "extra={k: v}",
                "credit=plain"));
    assertThat(run.name()).isEqualTo("b=c");
    assertThat(run.train().lr()).isEqualTo(1);
    assertThat(run.train().steps()).isEqualTo(7);
    assertThat(run.train().branchSteps()).containsExactly(5, 6);
    assertThat(run.rewards()).containsExactly(new Scorer("x", 1), new Scorer("y", 0.5f));
    assertThat(run.weights()).containsEntry("new", 2.0);
    assertThat(run.extra().get("k").textValue()).isEqualTo("v");
    assertThat(run.credit()).isEqualTo(new Plain());
    assertThat(TREE).isEqualTo(before);
  }

  @Test
  void aWholeElementCanBeReplaced() {
    assertThat(run(set("rewards[0]={kind: z}")).rewards().get(0)).isEqualTo(new Scorer("z", 1));
  }

  @Test
  void nothingAfterTheEqualsSignMeansTheDefault() {
    assertThat(run(set("train.lr=")).train().lr()).isEqualTo(3e-4);
  }

  @Test
  void theLastOneWins() {
    assertThat(run(set("train.steps=7", "train.steps=8")).train().steps()).isEqualTo(8);
  }

  @Test
  void wrongPathsAndValuesNameTheOption() {
    assertThatThrownBy(() -> run(set("train.lrr=1", "train.steps=x", "rewards[0].kid=2")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("--set train.lrr=1: train.lrr is not a setting; did you mean lr?")
        .hasMessageContaining("--set train.steps=x: train.steps must be an integer")
        .hasMessageContaining("--set rewards[0].kid=2: rewards[0].kid is not a setting");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.lr | write it as key=value",
        "=3 | write it as key=value",
        "train..lr=3 | cannot read the key train..lr",
        "train.=3 | cannot read the key train.",
        "rewards[x]=3 | cannot read the key",
        "rewards[2].kind=3 | rewards[2] is beyond the list's 2 entries",
        "name.x=3 | name has no keys below it",
        "train[0]=3 | train is not a list",
        "nope[0]=3 | nope is not a list",
        "rewards.x=3 | rewards has no keys below it",
        "[0]=3 | the top level is not a list",
        "name=[1 | --set name=[1",
        "name=a: b: c | --set name=a: b: c",
      })
  void unreadable(String assignment, String message) {
    assertThatThrownBy(() -> set(assignment))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageStartingWith("Wrong settings on the command line: --set ")
        .hasMessageContaining(message);
  }

  @Test
  void allUnreadableOnesAreReported() {
    assertThatThrownBy(() -> set("a", "name.x=1"))
        .hasMessageContaining("--set a:")
        .hasMessageContaining("--set name.x=1:");
  }

  @Test
  void mergingGoesSectionBySection() {
    Run run =
        run(Overrides.merge(TREE, tree("{train: {steps: 5}, rewards: [], credit: {eta: 4}}")));
    assertThat(run.train().lr()).isEqualTo(1);
    assertThat(run.train().steps()).isEqualTo(5);
    assertThat(run.rewards()).isEmpty();
    assertThat(run.credit()).isEqualTo(new Samples.Turning(false, 4));
  }

  @Test
  void anotherTypeReplacesTheSection() {
    assertThat(run(Overrides.merge(TREE, tree("credit: {type: plain}"))).credit())
        .isEqualTo(new Plain());
  }

  @Test
  void anotherNameReplacesTheSection() {
    ObjectNode merged =
        Overrides.merge(
            tree("{name: a, reward: {name: x, config: {k: 1}}}"),
            tree("{name: b, reward: {name: y}}"));
    assertThat(merged.at("/reward/config").isMissingNode()).isTrue();
    assertThat(merged.at("/reward/name").asText()).isEqualTo("y");
  }

  @Test
  void mergedKeysRememberTheirFile() {
    assertThatThrownBy(() -> run(Overrides.merge(TREE, tree("\ntrain:\n  lrr: 1"))))
        .hasMessage("run.yaml: other.yaml, line 3: train.lrr is not a setting; did you mean lr?");
  }
}
