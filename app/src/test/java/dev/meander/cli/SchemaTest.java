package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.UserError;
import dev.meander.recipe.Recipes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The schema says of files what the program says of them, by an independent validator. */
class SchemaTest {
  private static final JsonNode DOCUMENT = Cli.run("recipes", "schema").json();
  private static final JsonSchema SCHEMA =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(DOCUMENT);

  @TempDir Path dir;

  private static String faults(String yaml) {
    Set<ValidationMessage> faults = SCHEMA.validate(ConfigFile.parse(yaml, "recipe"));
    return faults.stream().map(ValidationMessage::getMessage).collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @FieldSource("dev.meander.recipe.Recipes#BUNDLED")
  void bundledRecipesAreRight(String name) {
    assertThat(faults(Recipes.text(name))).isEmpty();
    assertThat(faults(ConfigWriter.toYaml(Recipes.load(name, java.util.List.of())))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rollouts: -1 | rollouts",
        "rollouts: many | rollouts",
        "rolouts: 3 | rolouts",
        "update: {beta1: 1.5} | beta1",
        "update: {max_grad_norm: -1} | max_grad_norm",
        "update: {learning_rate: {type: cosine, peak: fast}} | peak",
        "sampling: {steps: 10.5} | steps",
        "method: {window: {type: fixed, size: 0}} | size",
        "method: {window: {type: fixed, length: 2}} | length",
        "method: {window: everything} | window",
        "method: {credit: {type: terminal, gamma: 1}} | gamma",
        "method: {std: world} | std",
        "model: {path: 7} | path",
        "policy: {type: lora, lora: {rank: 0}} | rank",
        "rewards: {name: compositional} | rewards",
        "rewards: [{name: compositional, config: {mode: strictly}}] | mode",
        "rewards: [{name: compositional, config: {moode: strict}}] | moode",
        "evaluation: {reward: {name: compositional, config: {moode: strict}}} | moode"
      })
  void wrongSettingsAreFoundByBoth(String yaml, String key) throws Exception {
    String recipe = "extends: quickstart\nname: mine\n" + yaml + "\n";

    assertThat(faults(recipe)).contains(key);
    Path file = Files.writeString(dir.resolve("mine.yaml"), recipe);
    Assertions.assertThatThrownBy(() -> Recipes.load(file.toString(), java.util.List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(key);
  }

  @Test
  void whatMayBeWrittenIsRight() {
    assertThat(
            faults(
                """
                extends: quickstart
                update: {learning_rate: {type: cosine, peak: 1e-3, total: null}}
                method: {window: full, credit: turning_point}
                policy: {type: lora}
                threads: null
                """))
        .isEmpty();
  }

  @Test
  void keysHaveMeaningsAndDefaults() {
    JsonNode rollouts = DOCUMENT.path("properties").path("rollouts");
    assertThat(rollouts.path("description").asText()).isNotBlank();
    assertThat(
            DOCUMENT
                .path("properties")
                .path("sampling")
                .path("properties")
                .path("steps")
                .path("type")
                .toString())
        .contains("integer");
  }
}
