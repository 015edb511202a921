package dev.meander.cli;

import dev.meander.cli.study.LastScores;
import dev.meander.config.UserError;
import dev.meander.credit.RewardTable;
import dev.meander.event.Progress;
import dev.meander.generate.TrainedWeights;
import dev.meander.reward.EvaluationScores;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.train.BaseEvaluation;
import dev.meander.train.Evaluator;
import dev.meander.train.PromptSource;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
   * Judges a run, where that was not done before; by its gold rewards, too.
   *
   * @param config its recipe, with the images of the last evaluation
   */
  void of(TrainConfig config, RunDirectory run) {
    if (isDone(config, run)) {
      return;
    }
    try (JudgedModel model =
        JudgedModel.load(config, PromptSource.load(config.evaluation().prompts()))) {
      Evaluator.Result before = base.of(config, () -> untrained(model, run));
      Evaluator.Result after;
      try (TrainedWeights.Loan trained = TrainedWeights.lend(model.pipeline(), run.root())) {
        after = model.evaluator().run(progress);
      }
      List<String> names = goldNames(config);
      for (int i = 0; i < names.size(); i++) {
        TrainConfig.GoldReward term = gold(config).get(i);
        try (Reward gold = Rewards.create(term.name(), term.config())) {
          new LastScores(score(gold, before), score(gold, after))
              .write(run, Optional.of(names.get(i)));
        }
      }
      new LastScores(before.detail(), after.detail()).write(run, Optional.empty());
    }
  }

  /** Whether a run was judged, by its gold rewards, too. */
  static boolean isDone(TrainConfig config, RunDirectory run) {
    int images = config.evaluation().imagesPerPrompt();
    return Stream.concat(
            Stream.of(Optional.<String>empty()), goldNames(config).stream().map(Optional::of))
        .allMatch(gold -> LastScores.read(run, images, gold).isPresent());
  }

  /**
   * A run whose weights are not there must have been judged.
   *
   * @throws UserError when it was not
   */
  static void require(TrainConfig config, RunDirectory run) {
    if (!isDone(config, run) && !Files.isDirectory(run.adapter())) {
      throw new UserError(
          "%s is finished but cannot be judged with %d images of each prompt: its weights are not there, which archives leave out; ask for as many images as it was judged with (final_images_per_prompt), or train all anew with --overwrite"
              .formatted(run.root(), config.evaluation().imagesPerPrompt()));
    }
  }

  /** Those that score single images. */
  private static List<TrainConfig.GoldReward> gold(TrainConfig config) {
    return config.goldRewards().stream().filter(r -> !Rewards.comparesGroups(r.name())).toList();
  }

  private static List<String> goldNames(TrainConfig config) {
    return RewardTable.distinct(gold(config).stream().map(TrainConfig.GoldReward::name).toList());
  }

  private static EvaluationScores score(Reward reward, Evaluator.Result result) {
    float[] scores = reward.score(result.samples());
    return result
        .detail()
        .with(IntStream.range(0, scores.length).mapToDouble(i -> scores[i]).toArray());
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
