package dev.meander.cli;

import dev.meander.cli.study.LastScores;
import dev.meander.event.Progress;
import dev.meander.generate.TrainedWeights;
import dev.meander.reward.EvaluationScores;
import dev.meander.train.BaseEvaluation;
import dev.meander.train.Evaluator;
import dev.meander.train.PromptSource;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import java.nio.file.Files;

/**
 * Judges the finished runs of a study once more, with more images than they made along the way: a
 * gain over few images says as much of their noise as of the training.
 */
final class LastEvaluation {
  private final Progress.Source progress;
  private final BaseEvaluation base = new BaseEvaluation();

  LastEvaluation(Progress.Source progress) {
    this.progress = progress;
  }

  /**
   * Judges a run, where that was not done before.
   *
   * @param config its recipe, with the images of the last evaluation
   */
  void of(TrainConfig config, RunDirectory run) {
    if (LastScores.read(run, config.evaluation().imagesPerPrompt()).isPresent()) {
      return;
    }
    try (JudgedModel model =
        JudgedModel.load(config, PromptSource.load(config.evaluation().prompts()))) {
      EvaluationScores before = base.of(config, () -> untrained(model, run)).detail();
      try (TrainedWeights.Loan trained = TrainedWeights.lend(model.pipeline(), run.root())) {
        new LastScores(before, model.evaluator().run(progress).detail()).write(run);
      }
    }
  }

  private Evaluator.Result untrained(JudgedModel model, RunDirectory run) {
    try (TrainedWeights.Loan start =
        Files.exists(run.startAdapter())
            ? TrainedWeights.lend(model.pipeline(), run.startAdapter())
            : () -> {}) {
      return model.evaluator().run(progress);
    }
  }
}
