package dev.meander.train;

import dev.meander.image.Image;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Where a run leaves what it makes beside its events: in a directory, or nowhere. */
public abstract class RunOutput {
  RunOutput() {}

  /** Leaves nothing: the caller takes the weights from memory. */
  public static RunOutput none() {
    return new RunOutput() {};
  }

  /** The last checkpoint, for messages. */
  String lastCheckpoint() {
    return "(none)";
  }

  /** The rollouts done at the last checkpoint; 0 without one. */
  long lastStep() {
    return 0;
  }

  /** Takes back the checkpoint of a step whose weights turned out to be spoilt. */
  void discard(long step) {}

  /** Bytes of the metrics file so far. */
  long metricsBytes() {
    return 0;
  }

  /**
   * Writes a rollout's trace.
   *
   * @param rollout the rollout, counted from 1
   * @param pictures the images on its sheet, by the layout's numbers
   */
  void trace(
      long rollout, Map<Integer, Image> pictures, RewardStage.Scored scored, boolean[][] trained) {}

  /** Draws images of an evaluation. */
  void samples(long step, Evaluator.Result result) {}

  /** Saves the state and tensors by group. */
  void checkpoint(TrainState state, Map<String, Map<String, Tensor>> groups) {}

  /** Saves the trained weights as they are at the moment. */
  void trained(PolicyWeights weights) {}

  /**
   * Saves the weights as they are at the moment: no evaluation so far was better.
   *
   * @param step the rollouts done
   */
  void best(PolicyWeights weights, long step, double score) {}

  /** Beside a moving average, saves the weights of the last update themselves. */
  void raw(PolicyWeights weights) {}
}
