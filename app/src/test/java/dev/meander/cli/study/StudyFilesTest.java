package dev.meander.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.train.RunCost;
import dev.meander.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The study files of the repository, and what is wrong with others. */
class StudyFilesTest {
  private static final Path STUDIES = Path.of("../studies");

  /** Two cores, as docs/study.md has it. */
  private static final RunCost.Pace PACE = new RunCost.Pace(870, 355, 266);

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(STUDIES)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @Test
  void everyVariantBindsAndHasACost() throws IOException {
    Set<Long> reported = new TreeSet<>();
    Set<Long> others = new TreeSet<>();
    for (Path file : files()) {
      StudyFile study = StudyFile.read(file);
      assertThat(file).hasFileName(study.name() + ".yaml");
      Set<TrainConfig> distinct = new java.util.HashSet<>();
      for (StudyFile.Variant variant : study.variants()) {
        for (long seed : study.seeds()) {
          TrainConfig config = study.config(variant, seed, List.of());
          assertThat(config.budget()).isPresent();
          assertThat(config.name()).isEqualTo(variant.name());
          distinct.add(config);
        }
      }
      assertThat(distinct).hasSize(study.variants().size() * study.seeds().size());
      boolean kept = Set.of("pilot", "smoke").contains(study.name());
      (kept ? others : reported).addAll(study.seeds());
    }
    assertThat(reported).as("seeds that are reported").doesNotContainAnyElementsOf(others);
  }

  @Test
  void theDocumentSaysWhatTheStudiesCost() throws IOException {
    String document = Files.readString(Path.of("../docs/study.md"));
    for (Path file : files()) {
      StudyPlan plan =
          StudyPlan.of(StudyFile.read(file), List.of(), PACE, (v, s) -> StudyPlan.Lack.TRAINING);
      assertThat(plan.rows()).allMatch(row -> row.cost().rollouts() >= 2);
      assertThat(document)
          .contains(
              String.format(
                  Locale.ROOT,
                  "| [`%s`](../studies/%s.yaml) | %d | %.1f |",
                  plan.name(),
                  plan.name(),
                  plan.rows().stream().mapToInt(StudyPlan.Row::runs).sum(),
                  plan.hours()));
    }
  }

  @Test
  void aMistakeNamesTheVariant(@TempDir Path dir) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("mine.yaml"),
            """
            name: mine
            seeds: [1]
            variants:
              - {name: good, recipe: quickstart}
              - {name: bad, recipe: quickstart, settings: {method.weigth: uniform}}
            """);
    assertThat(StudyFile.isOne(file.toString())).isTrue();
    StudyFile study = StudyFile.read(file);
    assertThat(study.config(study.variants().get(0), 1, List.of()).budget()).isEmpty();
    assertThatThrownBy(() -> study.config(study.variants().get(1), 1, List.of()))
        .hasMessageContaining("study mine, variant bad")
        .hasMessageContaining("weigth");
    Files.writeString(file, "name: none\nseeds: []\nvariants: []\n");
    assertThatThrownBy(() -> StudyFile.read(file)).hasMessageContaining("at least one");
  }
}
