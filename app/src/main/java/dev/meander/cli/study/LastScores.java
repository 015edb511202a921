package dev.meander.cli.study;

import dev.meander.reward.EvaluationScores;
import dev.meander.train.RunDirectory;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The last evaluation of a run, with more images of each prompt than those along the way.
 *
 * @param before what the model scored before training, from the same noise
 * @param after what it scored when the run had ended
 */
public record LastScores(EvaluationScores before, EvaluationScores after) {
  private static Path file(
      RunDirectory run, int imagesPerPrompt, Optional<String> gold, String which) {
    return run.root()
        .resolve("evaluations")
        .resolve(
            "last-%d-%s%s.json"
                .formatted(imagesPerPrompt, gold.map(g -> "gold-" + g + "-").orElse(""), which));
  }

  /**
   * What {@link #write} left in the folder of a run; nothing where there is no such evaluation.
   *
   * @param gold the name of a gold reward that judged the same images; empty for the judge itself
   * @throws UserError when a file is damaged
   */
  public static Optional<LastScores> read(
      RunDirectory run, int imagesPerPrompt, Optional<String> gold) {
    return EvaluationScores.read(file(run, imagesPerPrompt, gold, "before"))
        .flatMap(
            before ->
                EvaluationScores.read(file(run, imagesPerPrompt, gold, "after"))
                    .map(after -> new LastScores(before, after)));
  }

  /** Writes it into the folder of a run. */
  public void write(RunDirectory run, Optional<String> gold) {
    before.write(file(run, before.imagesPerPrompt(), gold, "before"));
    after.write(file(run, after.imagesPerPrompt(), gold, "after"));
  }
}
