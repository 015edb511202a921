package dev.meander.event;

import java.util.LinkedHashMap;
import java.util.Map;

/** The curves that an event adds a point to, by the names that trackers show them under. */
public final class Curves {
  private final Map<String, Double> points = new LinkedHashMap<>();

  private Curves() {}

  /** Tags and values; what was not measured is left out. */
  public static Map<String, Double> of(Event event) {
    Curves curves = new Curves();
    if (event instanceof Event.RolloutFinished rollout) {
      curves.rollout(rollout);
    } else if (event instanceof Event.ImagesMeasured images) {
      curves.images(images);
    } else if (event instanceof Event.UpdateFinished update) {
      curves.update(update);
    } else if (event instanceof Event.FirstRatioMeasured first) {
      curves.add("train/first_ratio_deviation", first.maxDeviation());
    } else if (event instanceof Event.MemoryMeasured memory) {
      curves.add("memory/resident_mebibytes", memory.residentMebibytes());
      curves.add("memory/peak_mebibytes", memory.peakMebibytes());
      curves.add("memory/device_mebibytes", memory.deviceMebibytes());
    } else if (event instanceof Event.ExchangesMeasured exchanges) {
      curves.add("time/peer_wait_seconds", exchanges.waitSeconds());
      curves.add("time/sum_seconds", exchanges.sumSeconds());
      curves.add("time/exchange_seconds", exchanges.exchangeSeconds());
    } else if (event instanceof Event.EvaluationFinished evaluation) {
      curves.add("eval/score", evaluation.score());
      evaluation.tasks().forEach((task, score) -> curves.add("eval_task/" + task, score));
    } else if (event instanceof Event.PretrainProgress progress) {
      String stage = "pretrain_" + progress.stage() + "/";
      curves.add(stage + "loss", progress.loss());
      curves.add(stage + "learning_rate", progress.learningRate());
      curves.add(stage + "samples_per_second", progress.samplesPerSecond());
    }
    return curves.points;
  }

  private void rollout(Event.RolloutFinished rollout) {
    add("train/reward_mean", rollout.rewardMean());
    add("train/reward_std", rollout.rewardStd());
    add("train/zero_std_ratio", rollout.zeroStdRatio());
    rollout.rewards().forEach((name, mean) -> add("reward/" + name, mean));
    add("time/rollout_seconds", rollout.seconds());
    add("time/reward_wait_seconds", rollout.rewardWaitSeconds());
    add("time/images_per_second", rollout.images() / rollout.seconds());
  }

  private void images(Event.ImagesMeasured images) {
    images.gold().forEach((name, mean) -> add("gold/" + name, mean));
    add("image/sharpness", images.sharpness());
    add("image/edge_density", images.edgeDensity());
    add("image/saturation", images.saturation());
    add("image/diversity", images.diversity());
  }

  private void update(Event.UpdateFinished update) {
    add("train/policy_loss", update.policyLoss());
    add("train/kl", update.kl());
    add("train/ratio_mean", update.ratioMean());
    add("train/ratio_max_deviation", update.ratioMaxDeviation());
    add("train/clip_fraction", update.clipFraction());
    add("train/grad_norm", update.gradNorm());
    add("train/learning_rate", update.learningRate());
    add("time/update_seconds", update.seconds());
  }

  private void add(String tag, double value) {
    if (!Double.isNaN(value)) {
      points.put(tag, value);
    }
  }
}
