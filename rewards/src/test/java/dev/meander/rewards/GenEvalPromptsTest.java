package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.GenEvalMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenEvalPromptsTest {
  private static final GenEvalPrompts SETS = new GenEvalPrompts();
  private static final List<Prompt> TEST = SETS.prompts("test");
  private static final List<Prompt> TRAIN = SETS.prompts("train");

  private static Map<String, Long> byTag(List<Prompt> prompts) {
    return prompts.stream()
        .collect(
            Collectors.groupingBy(p -> p.metadata().path("tag").asText(), Collectors.counting()));
  }

  private static Set<String> combinations(List<Prompt> prompts) {
    return prompts.stream()
        .map(p -> GenEvalPrompts.combination((ObjectNode) p.metadata()))
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void everyLineIsInGenEvalsForm() {
    for (List<Prompt> set : List.of(TEST, TRAIN)) {
      assertThat(set).allSatisfy(p -> GenEvalMetadata.parse(p.metadata(), p.id()));
      assertThat(set).extracting(Prompt::text).allMatch(text -> text.startsWith("a photo of "));
      assertThat(set).extracting(Prompt::id).doesNotHaveDuplicates();
    }
    assertThat(SETS.prompts("test")).isEqualTo(TEST);
  }

  @Test
  void theTestHasTheSizesOfThePublishedOne() {
    // evaluation_metadata.jsonl of GenEval (af4902f): 80, 99, 80, 94, 100 and 100 lines. A hundred
    // draws of 240 counts leave 82 different ones on average, of 790 colours 94; 5 is over two
    // standard deviations of either.
    Map<String, Long> tags = byTag(TEST);
    assertThat(tags.get("single_object")).isEqualTo(80);
    assertThat(tags.get("two_object")).isBetween(97L, 100L);
    assertThat(tags.get("counting")).isBetween(75L, 89L);
    assertThat(tags.get("colors")).isBetween(88L, 99L);
    assertThat(tags.get("position")).isBetween(99L, 100L);
    assertThat(tags.get("color_attr")).isBetween(99L, 100L);
    assertThat(TEST).extracting(Prompt::text).doesNotHaveDuplicates();
  }

  @Test
  void trainingHasFlowGrposMixtureAndNothingOfTheTest() {
    assertThat(byTag(TRAIN))
        .isEqualTo(
            Map.of(
                "position", 4942L,
                "counting", 3530L,
                "color_attr", 2116L,
                "two_object", 706L,
                "colors", 706L));
    assertThat(combinations(TRAIN)).doesNotContainAnyElementsOf(combinations(TEST));
  }

  @Test
  void classesColoursCountsAndRelationsAreDrawnEvenly() {
    Map<Integer, Long> counts =
        TRAIN.stream()
            .filter(p -> p.metadata().path("tag").asText().equals("counting"))
            .collect(
                Collectors.groupingBy(
                    p -> p.metadata().at("/include/0/count").asInt(), Collectors.counting()));
    assertThat(counts.keySet()).containsExactlyInAnyOrder(2, 3, 4);
    Map<String, Long> relations =
        TRAIN.stream()
            .filter(p -> p.metadata().path("tag").asText().equals("position"))
            .collect(
                Collectors.groupingBy(
                    p -> p.metadata().at("/include/1/position/0").asText(), Collectors.counting()));
    // 4942/4 = 1235; five standard deviations are 152.
    assertThat(relations.values())
        .hasSize(4)
        .allSatisfy(n -> assertThat(n).isBetween(1083L, 1387L));
    Map<String, Long> classes =
        TRAIN.stream()
            .flatMap(p -> p.metadata().path("include").findValuesAsText("class").stream())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(classes).hasSize(80);
    assertThat(TRAIN)
        .noneMatch(
            p -> {
              for (JsonNode clause : p.metadata().path("include")) {
                if (clause.has("color") && clause.path("class").asText().equals("person")) {
                  return true;
                }
              }
              return false;
            });
  }

  @Test
  void articlesAndPluralsAreGenEvals() {
    assertThat(TEST).extracting(Prompt::text).contains("a photo of an umbrella", "a photo of a tv");
    List<String> texts = TRAIN.stream().map(Prompt::text).toList();
    assertThat(texts).anyMatch(text -> text.endsWith(" buses"));
    assertThat(texts).anyMatch(text -> text.endsWith(" scissorses"));
    assertThat(texts).anyMatch(text -> text.endsWith(" knifes"));
    assertThat(texts).anyMatch(text -> text.startsWith("a photo of an orange "));
  }

  @Test
  void aCombinationHasNoOrder() {
    Prompt left = position("cat", "left of", "dog");
    Prompt right = position("dog", "right of", "cat");
    Prompt above = position("cat", "above", "dog");
    assertThat(combinations(List.of(left))).isEqualTo(combinations(List.of(right)));
    assertThat(combinations(List.of(left))).isNotEqualTo(combinations(List.of(above)));
  }

  /** Own text in the form of evaluation_metadata.jsonl and of flow_grpo's *_metadata.jsonl. */
  private static final String LINES =
      """
      {"tag": "single_object", "include": [{"class": "umbrella", "count": 1}], "prompt": "a photo of an umbrella"}
      {"tag": "two_object", "include": [{"class": "tv remote", "count": 1}, {"class": "cat", "count": 1}], "prompt": "a photo of a tv remote and a cat"}
      {"tag": "counting", "include": [{"class": "bus", "count": 4}], "exclude": [{"class": "bus", "count": 5}], "prompt": "a photo of four buses"}
      {"tag": "colors", "include": [{"class": "computer mouse", "count": 1, "color": "orange"}], "prompt": "a photo of an orange computer mouse"}
      {"tag": "position", "include": [{"class": "skis", "count": 1}, {"class": "oven", "count": 1, "position": ["right of", 0]}], "prompt": "a photo of an oven right of a skis"}
      {"tag": "color_attr", "include": [{"class": "vase", "count": 1, "color": "black"}, {"class": "bed", "count": 1, "color": "white"}], "prompt": "a photo of a black vase and a white bed"}
      """;

  @Test
  void filesOfGenEvalAndFlowGrpoLoadUnchanged(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("test_metadata.jsonl"), LINES);
    List<Prompt> prompts = PromptSet.load(file).prompts();
    List<GenEvalMetadata> read =
        prompts.stream().map(p -> GenEvalMetadata.parse(p.metadata(), p.id())).toList();
    assertThat(read).extracting(GenEvalMetadata::tag).isEqualTo(GenEvalMetadata.TAGS);
    assertThat(prompts.get(4).text()).isEqualTo("a photo of an oven right of a skis");
    assertThat(read.get(4).include().get(1).position().orElseThrow().target()).isZero();
    assertThat(read.get(2).exclude().get(0).count()).isEqualTo(5);
    // The same clauses and phrasing as the lines that are drawn here.
    assertThat(read)
        .flatExtracting(GenEvalMetadata::include)
        .extracting(GenEvalMetadata.Include::className)
        .isSubsetOf(GenEvalPrompts.CLASSES);
    assertThat(keys(prompts)).isEqualTo(keys(TEST));
  }

  private static Set<String> keys(List<Prompt> prompts) {
    Set<String> keys = new TreeSet<>();
    for (Prompt prompt : prompts) {
      prompt.metadata().fieldNames().forEachRemaining(keys::add);
      for (String part : List.of("include", "exclude")) {
        prompt
            .metadata()
            .path(part)
            .forEach(c -> c.fieldNames().forEachRemaining(key -> keys.add(part + "." + key)));
      }
    }
    return keys;
  }

  private static Prompt position(String own, String relation, String other) {
    ObjectNode line = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    line.put("tag", "position");
    var include = line.putArray("include");
    include.addObject().put("class", other).put("count", 1);
    include.addObject().put("class", own).put("count", 1).putArray("position").add(relation).add(0);
    return new Prompt("1", "", line);
  }
}
