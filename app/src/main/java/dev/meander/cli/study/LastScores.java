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
  private static Path file(RunDirectory run, int imagesPerPrompt, String which) {
    return run.root()
        .resolve("evaluations")
        .resolve("last-%d-%s.json".formatted(imagesPerPrompt, which));
  }

  /**
   * What {@link #write} left in the folder of a run; nothing where there is no such evaluation.
   *
   * @throws UserError when a file is damaged
   */
  public static Optional<LastScores> read(RunDirectory run, int imagesPerPrompt) {
    return EvaluationScores.read(file(run, imagesPerPrompt, "before"))
        .flatMap(
            before ->
                EvaluationScores.read(file(run, imagesPerPrompt, "after"))
                    .map(after -> new LastScores(before, after)));
  }

  /** Writes it into the folder of a run. */
  public void write(RunDirectory run) {
    before.write(file(run, before.imagesPerPrompt(), "before"));
    after.write(file(run, after.imagesPerPrompt(), "after"));
  }
}
