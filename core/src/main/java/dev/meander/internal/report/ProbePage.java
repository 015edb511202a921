package dev.meander.internal.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A step probe as a page: the reward's spread by step beside the noise-aware weight. */
public final class ProbePage {
  private ProbePage() {}

  /**
   * Writes the page.
   *
   * @param recipe its name
   * @param measured what was measured, as text
   * @param prompts how many there were
   * @param spreads the spreads by step, at least one
   */
  public static void write(
      Path file, String recipe, String measured, int prompts, List<StepSpread> spreads) {
    String title = "Step probe of " + recipe;
    new Page("probe", title, title, "")
        .with("runs", List.of())
        .with("probe", Map.of("steps", spreads, "prompts", prompts, "measured", measured))
        .write(file);
  }
}
