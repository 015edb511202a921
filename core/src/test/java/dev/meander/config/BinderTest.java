package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.Samples.Dynamics;
import dev.meander.config.Samples.Model;
import dev.meander.config.Samples.Plain;
import dev.meander.config.Samples.Run;
import dev.meander.config.Samples.Scorer;
import dev.meander.config.Samples.Train;
import dev.meander.config.Samples.Turning;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinderTest {
  private static <R extends Record> R bind(String yaml, Class<R> type) {
    return Binder.bind(ConfigFile.parse(yaml, "run.yaml"), type, "run.yaml");
  }

  private static Run run(String yaml) {
    return bind(yaml, Run.class);
  }

  private static AbstractThrowableAssert<?, ?> refused(String yaml) {
    return assertThatThrownBy(() -> run(yaml)).isExactlyInstanceOf(UserError.class);
  }

  @Test
  void defaultsFillWhatIsNotSaid() {
    Run run = run("name: first");
    assertThat(run.name()).isEqualTo("first");
    assertThat(run.prompts()).isEqualTo(Path.of("data/prompts.txt"));
    assertThat(run.credit()).isEqualTo(new Plain());
    assertThat(run.rewards()).isEmpty();
    assertThat(run.extra().isObject()).isTrue();
    assertThat(run.train())
        .isEqualTo(
            new Train(
                3e-4,
                10,
                9007199254740993L,
                true,
                Optional.empty(),
                Dynamics.FLOW_SDE,
                List.of(0, 1, 2)));
  }

  @Test
  void everythingCanBeSaid() {
    Run run =
        run(
            """
            name: "7"
            prompts: p.txt
            train:
              lr: 0.5
              steps: 1000
              seed: -4
              ema: false
              clip_range: 1e-5
              dynamics: ode
              branch_steps: [3]
            credit:
              type: turning_point
              eta: 2
            rewards:
              - kind: ocr
              - {kind: pick, weight: 0.25}
            weights: {a: 1, b: 2.5}
            extra: {deep: [1, {x: y}]}
            """);
    assertThat(run.name()).isEqualTo("7");
    assertThat(run.train())
        .isEqualTo(new Train(0.5, 1000, -4, false, Optional.of(1e-5f), Dynamics.ODE, List.of(3)));
    assertThat(run.credit()).isEqualTo(new Turning(false, 2));
    assertThat(run.rewards()).containsExactly(new Scorer("ocr", 1), new Scorer("pick", 0.25f));
    assertThat(run.weights()).containsEntry("a", 1.0).containsEntry("b", 2.5);
    assertThat(run.extra().at("/deep/1/x").textValue()).isEqualTo("y");
  }

  @Test
  void aVariantMayBeNamedWithoutSettings() {
    assertThat(run("{name: a, credit: turning_point}").credit()).isEqualTo(new Turning(false, 1));
  }

  @Test
  void nullMeansNotSaid() {
    assertThat(run("{name: a, train: null, rewards: ~}")).isEqualTo(run("name: a"));
    refused("name: null").hasMessage("run.yaml: line 1: name is required: A name for logs.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3e-4", "3E-4", "3.e-4", "3.0e-4", "0.0003", "+3e-4"})
  void numbersInEveryNotation(String text) {
    assertThat(run("{name: a, train: {lr: " + text + "}}").train().lr()).isEqualTo(3e-4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOW_SDE", "flow-sde", "flow_sde", "Flow-SDE"})
  void enumsInEverySpelling(String text) {
    assertThat(run("{name: a, train: {dynamics: " + text + "}}").train().dynamics())
        .isEqualTo(Dynamics.FLOW_SDE);
  }

  @Test
  void everyProblemIsReportedWithItsPathAndLine() {
    refused(
            """
            nmae: first
            train:
              lr: fast
              steps: 0
              clip_rnage: 3
              branch_steps: [1, -2, x]
            credit:
              type: turning_pont
            rewards:
              - kind: ocr
                wieght: 2
              - weight: 1
            """)
        .hasMessage(
            """
            run.yaml:
              - line 1: nmae is not a setting; did you mean name?
              - line 1: name is required: A name for logs.
              - line 5: train.clip_rnage is not a setting; did you mean clip_range?
              - line 3: train.lr must be a number, found "fast"
              - line 4: train.steps must be between 1 and 1000, found 0
              - line 6: train.branch_steps[2] must be an integer, found "x"
              - line 6: train.branch_steps must be at least 0, found -2
              - line 8: credit.type cannot be "turning_pont"; did you mean turning_point?
              - line 11: rewards[0].wieght is not a setting; did you mean weight?
              - line 12: rewards[1].kind is required"""
                .stripIndent());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: 7 | name must be a string, found 7",
        "name: [a] | name must be a string, found a list",
        "name: true | name must be a string, found true",
        "name: \"a\\0\" | found \"a\\u0000\", which holds characters that no text has",
        "{name: a, prompts: ''} | prompts must be a path, found \"\"",
        "{name: a, train: 3} | train must be keys with values, found 3",
        "{name: a, train: {ema: yes}} | train.ema must be true or false, found \"yes\"",
        "{name: a, train: {ema: 1}} | train.ema must be true or false, found 1",
        "{name: a, train: {steps: 2.5}} | train.steps must be an integer, found 2.5",
        "{name: a, train: {steps: 4294967297}} | train.steps must be an integer, found 4294967297",
        "{name: a, train: {seed: 9223372036854775808}} | train.seed must be an integer",
        "{name: a, train: {lr: .nan}} | train.lr must be a number",
        "{name: a, train: {lr: .inf}} | train.lr must be a number",
        "{name: a, train: {lr: 1e999}} | train.lr must be a number",
        "{name: a, train: {lr: 0}} | train.lr must be greater than 0, found 0.0",
        "{name: a, train: {clip_range: -1}} | train.clip_range must be greater than 0, found -1.0",
        "{name: a, train: {clip_range: 1e300}} | train.clip_range must be a number",
        "{name: a, train: {dynamics: sde}} | train.dynamics must be one of ode, flow_sde, found \"sde\"",
        "{name: a, train: {branch_steps: 1}} | train.branch_steps must be a list, found 1",
        "{name: a, rewards: {}} | rewards must be a list, found keys with values",
        "{name: a, weights: [1]} | weights must be keys with values, found a list",
        "{name: a, weights: {x: y}} | weights.x must be a number, found \"y\"",
        "{name: a, credit: {eta: 1}} | credit needs a type: one of plain, turning_point",
        "{name: a, credit: 3} | credit needs a type: one of plain, turning_point",
        "{name: a, credit: turning} | credit cannot be \"turning\"; known: plain, turning_point",
        "{name: a, credit: {type: plain, eta: 1}} | credit.eta is not a setting; there is nothing to set",
        "{name: a, credit: {type: turning_point, eta: x}} | credit.eta must be a number",
        "{name: a, eta: 1} | eta is not a setting; it is a key of credit: {type: turning_point}",
        "{name: a, qqqqqqqq: 1} | qqqqqqqq is not a setting; known: name, prompts, train",
      })
  void oneProblem(String yaml, String message) {
    refused(yaml).hasMessageStartingWith("run.yaml: line 1: ").hasMessageContaining(message);
  }

  @Test
  void aRecordsOwnRulesAreReportedWithThePath() {
    refused("name: a\ntrain:\n  steps: 2\ncredit: {type: x}\n")
        .hasMessageContaining("line 2: train: more branch_steps than steps")
        .hasMessageContaining("line 4: credit.type cannot be \"x\"");
  }

  @Test
  void otherExceptionsOfARecordAreBugs() {
    record Broken(@Default("0") int x) {
      Broken {
        x = 1 / x;
      }
    }
    assertThatThrownBy(() -> bind("{}", Broken.class))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseInstanceOf(ArithmeticException.class);
  }

  @Test
  void partsHandedOnKeepTheirLines() {
    Run run = run("name: a\nextra:\n  kind: ocr\n  wieght: 2\n");
    assertThatThrownBy(() -> Binder.bind(run.extra(), Scorer.class, "run.yaml"))
        .hasMessage("run.yaml: line 4: wieght is not a setting; did you mean weight?");
    assertThatThrownBy(() -> Binder.bind(run.extra(), Scorer.class, "the reward ocr"))
        .hasMessage(
            "the reward ocr: run.yaml, line 4: wieght is not a setting; did you mean weight?");
  }

  @Test
  void filesOfOtherProgramsMayHoldTheirKeys() {
    assertThat(
            bind(
                "{_class_name: X, torch_dtype: bf16, num_layers: 2, text_encoder_2: b}",
                Model.class))
        .isEqualTo(new Model(2, "b", null, null));
    assertThatThrownBy(() -> bind("{_x: 1, num_layers: 2, norm_qk: rms, foo: 1}", Model.class))
        .hasMessageContaining("norm_qk is not a setting")
        .hasMessageContaining("foo is not a setting");
    refused("{name: a, _hidden: 1}").hasMessageContaining("_hidden is not a setting");
  }

  @Test
  void nullIsAValueWhereItIsTheDefault() {
    Model model = bind("{num_layers: 2, out_channels: null, qk_norm: rms_norm}", Model.class);
    assertThat(model).isEqualTo(new Model(2, "", null, "rms_norm"));
    assertThat(bind(ConfigWriter.toYaml(model), Model.class)).isEqualTo(model);
  }

  @Test
  void typesThatCannotBeSettingsAreRefusedAtOnce() {
    record Odd(java.util.Set<String> x) {}
    assertThatThrownBy(() -> bind("x: [a]", Odd.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Set");
  }

  @Test
  void theRootMustBeKeysWithValues() {
    assertThatThrownBy(
            () ->
                Binder.bind(
                    com.fasterxml.jackson.databind.node.IntNode.valueOf(3), Run.class, "x.json"))
        .hasMessage("x.json: must be keys with values, found 3");
  }
}
