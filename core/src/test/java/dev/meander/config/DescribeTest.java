package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.Samples.Dynamics;
import dev.meander.config.Samples.Run;
import dev.meander.config.Samples.Scorer;
import dev.meander.config.Samples.Train;
import dev.meander.config.Samples.Turning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeTest {
  private static Run run(String yaml) {
    return Binder.bind(ConfigFile.parse(yaml, "x"), Run.class, "x");
  }

  @Test
  void theReferenceNamesEverySetting() {
    assertThat(Describe.toMarkdown(Run.class))
        .isEqualTo(
            """
            A whole run.

            | key | type | default | meaning |
            |---|---|---|---|
            | `name` | a string | required | A name for logs. |
            | `prompts` | a path | `data/prompts.txt` | Where prompts come from. |
            | `train.lr` | a number, greater than 0 | `3e-4` | AdamW's step size. |
            | `train.steps` | an integer, between 1 and 1000 | `10` |  |
            | `train.seed` | an integer | `9007199254740993` |  |
            | `train.ema` | true or false | `true` |  |
            | `train.clip_range` | a number, greater than 0 | none | No clipping when absent. |
            | `train.dynamics` | one of ode, flow_sde | `flow_sde` |  |
            | `train.branch_steps` | list: each an integer, at least 0 | `[0, 1, 2]` |  |
            | `credit` | type: one of plain, turning_point | `plain` | How credit is given. |
            | `rewards` | list: each section | `[]` |  |
            | `weights` | named values: each a number | `{}` |  |
            | `extra` | any | `{}` |  |

            ### `credit` of type `plain`

            Nothing to set.

            ### `credit` of type `turning_point`

            Aggregates at turning points.

            | key | type | default | meaning |
            |---|---|---|---|
            | `consistent` | true or false | `false` |  |
            | `eta` | a number | `1` |  |

            ### `rewards[]`

            | key | type | default | meaning |
            |---|---|---|---|
            | `kind` | a string | required |  |
            | `weight` | a number | `1` |  |
            """);
  }

  record Chain(@Default("end") Link link) {}

  sealed interface Link permits End, Then {}

  @Variant("end")
  record End() implements Link {}

  @Variant("then")
  record Then(@Default("then") Link next) implements Link {}

  @Test
  void recursiveSettingsEnd() {
    assertThat(Describe.toMarkdown(Chain.class)).contains("### `link` of type `then`");
  }

  @Test
  void aResolvedRunIsWrittenInFull() {
    assertThat(ConfigWriter.toYaml(run("{name: '7', credit: turning_point, rewards: [{kind: x}]}")))
        .isEqualTo(
            """
            name: "7"
            prompts: data/prompts.txt
            train:
              lr: 3.0E-4
              steps: 10
              seed: 9007199254740993
              ema: true
              dynamics: flow_sde
              branch_steps:
                - 0
                - 1
                - 2
            credit:
              type: turning_point
              consistent: false
              eta: 1.0
            rewards:
              - kind: x
                weight: 1.0
            weights: {}
            extra: {}
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yes", "null", "~", "1e4", "0x1", "-", "? a", "a: b", "# a", "*a", "&a", "true", " a ", "'",
        "\"", "[a]", "{a}", "!a", "%a", "@a", "`a`", "1_0", "1:30", ".inf", "...", "---"
      })
  void textThatYamlWouldTakeForSomethingElse(String text) {
    Run run = run("{name: a, rewards: [{kind: x}]}");
    Run odd =
        new Run(
            text,
            Path.of(text),
            run.train(),
            run.credit(),
            List.of(new Scorer(text, 1)),
            Map.of(text, 1.0),
            JsonNodeFactory.instance.textNode(text));
    assertThat(run(ConfigWriter.toYaml(odd))).isEqualTo(odd);
  }

  /** NUL and halves of characters are refused: {@link BinderTest} has them. */
  @Provide
  Arbitrary<String> text() {
    return Arbitraries.strings()
        .withCharRange('\u0001', (char) (Character.MIN_SURROGATE - 1))
        .withCharRange((char) (Character.MAX_SURROGATE + 1), Character.MAX_VALUE)
        .ofMaxLength(9);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatIsWrittenReadsBackEqual(
      @ForAll("text") String name,
      @ForAll double lr,
      @ForAll long seed,
      @ForAll float clip,
      @ForAll Dynamics dynamics,
      @ForAll boolean flag,
      @ForAll @Size(max = 3) Map<@From("text") String, Double> weights) {
    JsonNode extra = JsonNodeFactory.instance.objectNode().put(name, name);
    Train train =
        new Train(
            Math.abs(lr) + Double.MIN_NORMAL,
            3,
            seed,
            flag,
            clip == 0 ? Optional.empty() : Optional.of(Math.abs(clip)),
            dynamics,
            List.of(2));
    Run run =
        new Run(
            name,
            Path.of("p"),
            train,
            new Turning(flag, lr),
            List.of(new Scorer(name, clip)),
            weights,
            extra);
    assertThat(run(ConfigWriter.toYaml(run))).isEqualTo(run);
    assertThat(Binder.bind(ConfigWriter.toTree(run), Run.class, "x")).isEqualTo(run);
  }
}
