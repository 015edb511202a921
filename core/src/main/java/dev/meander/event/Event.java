package dev.meander.event;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Something a run tells about itself.
 *
 * <p>Every event belongs to a step. In reinforcement learning a step is one rollout and the
 * optimizer updates made on it, counted from 1; step 0 is the model before training. In pretraining
 * it is one optimizer update of the current stage. Durations are seconds. A value that was not
 * measured is NaN. Maps keep the order in which they were filled, and paths are relative to the run
 * directory, so that equal runs make equal metrics files.
 *
 * <p>Every field and its unit is described in docs/metrics.md.
 */
public sealed interface Event {
  /** The step that the event belongs to. */
  long step();

  /**
   * Marks what the process did rather than what the training measured: a resumed run has other
   * lines of this kind than an uninterrupted one, and comparisons leave them out.
   */
  sealed interface Bookkeeping extends Event {}

  /** Something about the training that people should look at. */
  sealed interface Warning extends Event {
    /** What happened, in words. */
    String warning();
  }

  /** Shown to whoever looks at the moment, and not recorded: the metrics file has none. */
  sealed interface Passing extends Event {}

  /**
   * A process began to train.
   *
   * @param totalSteps the step at which the run will be finished
   * @param resumedAt the last step of the checkpoint that the process continues; 0 for a new run
   */
  record RunStarted(String name, long totalSteps, long resumedAt) implements Bookkeeping {
    @Override
    public long step() {
      return resumedAt;
    }
  }

  /**
   * The images of one step were sampled and scored.
   *
   * @param images how many
   * @param rewardMean the mean of the weighted reward over all images
   * @param rewardStd its standard deviation over all images
   * @param rewards the mean of each single reward, unweighted, by name
   * @param zeroStdRatio the share of groups whose images all have the same reward: they carry no
   *     signal
   * @param passes the passes of the network in sampling
   * @param evaluations the number of latents that went through the network in those passes together
   * @param rewardWaitSeconds how long all was sampled and scores were still waited for
   */
  record RolloutFinished(
      long step,
      int images,
      double rewardMean,
      double rewardStd,
      Map<String, Double> rewards,
      double zeroStdRatio,
      long passes,
      long evaluations,
      @Timing double seconds,
      @Timing double rewardWaitSeconds)
      implements Event {
    public RolloutFinished {
      rewards = ordered(rewards);
    }
  }

  /**
   * What the images of one step look like, and what gold rewards say of them: rewards that are
   * never trained on. One image of each sample, its last.
   *
   * @param gold the mean of each gold reward, by name
   * @param sharpness the mean length of luma's gradient, 0 to about 1
   * @param edgeDensity the share of pixels on an edge
   * @param saturation the mean saturation, 0 to 1
   * @param diversity the mean distance of two images of one group, 0 (all equal) to 1
   */
  record ImagesMeasured(
      long step,
      Map<String, Double> gold,
      double sharpness,
      double edgeDensity,
      double saturation,
      double diversity)
      implements Event {
    public ImagesMeasured {
      gold = ordered(gold);
    }
  }

  /**
   * The trained reward rises while a gold reward falls.
   *
   * @param gold the name of the gold reward
   * @param window how many rollouts, up to this one, were looked at
   * @param rewardChange the change of the trained reward over the window, along a fitted line
   * @param goldChange the change of the gold reward, likewise
   */
  record RewardsDiverged(long step, String gold, int window, double rewardChange, double goldChange)
      implements Warning {
    @Override
    public String warning() {
      return String.format(
          Locale.ROOT,
          "over the last %d rollouts the trained reward rose by %.3g while the gold reward %s fell by %.3g:"
              + " the policy may be exploiting its reward; look at the images",
          window,
          rewardChange,
          gold,
          -goldChange);
    }
  }

  /**
   * All groups of the last rollouts had equal rewards: nothing was learned of them.
   *
   * @param rollouts how many, up to this one
   * @param reason the reason, where it is known
   */
  record SignalLost(long step, int rollouts, String reason) implements Warning {
    @Override
    public String warning() {
      return "all groups of the last %d rollouts had equal rewards, so nothing was learned of them: %s"
          .formatted(rollouts, reason);
    }
  }

  /**
   * The policy ratio of a rollout's updates has moved, in the mean, further than the clip range.
   *
   * @param ratioMean the mean of the policy ratio
   * @param clipRange the half width of the clip interval
   */
  record RatioDrifted(long step, double ratioMean, double clipRange) implements Warning {
    @Override
    public String warning() {
      return String.format(
          Locale.ROOT,
          "the mean of the policy ratio, %.6f, is further from 1 than the clip range, %.3g: most pairs are clipped;"
              + " a lower learning rate, fewer updates on a rollout or a wider clip range keeps the policy near its samples",
          ratioMean,
          clipRange);
    }
  }

  /**
   * The held-out evaluation samples otherwise than training does.
   *
   * @param setting the setting, as both sections name it
   * @param training its value in training
   * @param evaluation its value in the evaluation
   */
  record EvaluationDiffers(long step, String setting, double training, double evaluation)
      implements Warning {
    @Override
    public String warning() {
      return "evaluation.%s is %s and sampling.%s %s: the score is not that of the policy as it is trained"
          .formatted(setting, evaluation, setting, training);
    }
  }

  /**
   * The policy was updated on the step's rollout; means are taken over its optimizer updates.
   *
   * @param policyLoss the clipped objective without the KL term
   * @param kl the divergence from the reference policy, before its weight beta; NaN when not
   *     computed
   * @param ratioMean the mean of the policy ratio
   * @param ratioMaxDeviation the largest {@code |ratio - 1|}
   * @param clipFraction the share of samples and sampler steps at which the clip acted
   * @param gradNorm the norm of the gradient before clipping
   * @param samples how many pairs of image and sampler step were trained on
   */
  record UpdateFinished(
      long step,
      double policyLoss,
      double kl,
      double ratioMean,
      double ratioMaxDeviation,
      double clipFraction,
      double gradNorm,
      double learningRate,
      long samples,
      @Timing double seconds)
      implements Event {}

  /**
   * The policy ratio before the first optimizer update on a rollout, which must be 1 up to
   * arithmetic noise.
   *
   * @param maxDeviation the largest {@code |ratio - 1|}
   * @param clipRange the half width of the clip interval, to compare with
   * @param warning what to do about it; empty when all is well
   */
  record FirstRatioMeasured(long step, double maxDeviation, double clipRange, String warning)
      implements Event {}

  /**
   * The process's memory after a step's updates; NaN where the system does not tell.
   *
   * @param residentMebibytes the resident mebibytes in memory now
   * @param peakMebibytes the most so far
   * @param deviceMebibytes the GPU's memory that is in use; NaN on the CPU
   */
  record MemoryMeasured(
      long step,
      @Timing double residentMebibytes,
      @Timing double peakMebibytes,
      @Timing double deviceMebibytes)
      implements Event {}

  /**
   * What it took several processes to work together on a step: means over them, all of it within
   * the seconds of the step's rollout and updates.
   *
   * @param waitSeconds how long a process waited for others
   * @param sumSeconds how long sums of gradients took when all had come
   * @param exchangeSeconds how long all else took that they sent each other when all had come
   */
  record ExchangesMeasured(
      long step,
      @Timing double waitSeconds,
      @Timing double sumSeconds,
      @Timing double exchangeSeconds)
      implements Bookkeeping {}

  /**
   * The model was evaluated on held-out prompts.
   *
   * @param score the one number to watch
   * @param tasks the parts that it is made of or other rewards measured beside it, by name
   * @param n how many images were scored
   */
  record EvaluationFinished(
      long step, double score, Map<String, Double> tasks, int n, @Timing double seconds)
      implements Event {
    public EvaluationFinished {
      tasks = ordered(tasks);
    }
  }

  /** A checkpoint was written to {@code path}. */
  record CheckpointSaved(long step, String path) implements Bookkeeping {}

  /**
   * A sheet of sample images was written to {@code path}.
   *
   * @param tiles what each image of the sheet shows, and where it lies
   */
  record SamplesDrawn(long step, String path, List<Tile> tiles) implements Event {
    public SamplesDrawn {
      tiles = List.copyOf(tiles);
    }
  }

  /**
   * One image of a sheet.
   *
   * @param reward its score; NaN when it was not scored
   * @param x the left edge on the sheet in pixels
   * @param y the upper edge on the sheet in pixels
   */
  record Tile(String prompt, double reward, int x, int y, int width, int height) {}

  /** A line for the reader of the log. */
  record Message(long step, Level level, String text) implements Bookkeeping {}

  /** How much attention a {@link Message} wants. */
  enum Level {
    INFO,
    WARNING,
    ERROR
  }

  /**
   * The run came to its end.
   *
   * @param summary the numbers worth keeping, by name
   * @param seconds the wall-clock time of all processes of the run
   */
  record RunFinished(long step, Map<String, Double> summary, @Timing double seconds)
      implements Event {
    public RunFinished {
      summary = ordered(summary);
    }
  }

  /**
   * How far a step is; a few times a second at most.
   *
   * @param label what is done, such as {@code sampling}
   * @param done how many of {@code total} this process has done
   * @param unit what is counted, such as {@code images}
   */
  record StepProgressed(long step, String label, long done, long total, String unit)
      implements Passing {}

  /**
   * How the numbers of a step are distributed.
   *
   * @param of what they are, e.g. {@code advantages}
   * @param values all of them, by the name of a reward or by the sampler's step
   */
  record DistributionMeasured(long step, String of, Map<String, float[]> values)
      implements Passing {
    public DistributionMeasured {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /** A sheet of a rollout's images was written to {@code path}. */
  record RolloutDrawn(long step, String path) implements Passing {}

  /**
   * The run ended before its last step.
   *
   * @param step the steps that were done
   * @param how the way in which it ended
   * @param reason the reason, for people
   */
  record RunStopped(long step, Ending how, String reason) implements Bookkeeping {}

  /** How a run may end before its last step. */
  enum Ending {
    /** Somebody asked for it. */
    INTERRUPTED,
    /** A loss, a gradient or an image was not a number. */
    DIVERGED,
    /** Anything else. */
    FAILED
  }

  /** A stage of pretraining began, e.g. {@code autoencoder} or {@code flow}. */
  record StageStarted(String stage, long totalSteps, long resumedAt) implements Bookkeeping {
    @Override
    public long step() {
      return resumedAt;
    }
  }

  /**
   * How pretraining goes.
   *
   * @param step the optimizer updates of this stage so far
   * @param total its optimizer updates in all
   * @param loss the mean training loss since the last such event
   * @param samplesPerSecond the number of training images a second since the last such event
   */
  record PretrainProgress(
      String stage,
      long step,
      long total,
      double loss,
      double learningRate,
      @Timing double samplesPerSecond)
      implements Event {}

  /**
   * A stage of pretraining came to its end.
   *
   * @param loss its last loss
   */
  record StageFinished(String stage, long step, double loss, @Timing double seconds)
      implements Event {}

  private static Map<String, Double> ordered(Map<String, Double> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
