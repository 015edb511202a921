package dev.meander.train;

import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.rollout.FinishedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Scores images as they are finished, each reward in threads of its own, while others are still
 * being sampled.
 */
final class Scoring implements Consumer<List<FinishedImage>> {
  private final List<String> names;
  private final List<Reward> rewards;
  private final List<ExecutorService> threads;
  private final List<List<Future<float[]>>> parts = new ArrayList<>();
  private final List<Integer> order = new ArrayList<>(); // which images the parts are of
  private final int images;
  private final Consumer<String> doing;
  private double waited;

  /**
   * @param names the names of the rewards, for messages
   * @param threads the threads for each reward, as many as it may be called at once
   * @param images how many there will be, numbered from 0
   * @param doing hears how far it is while it is waited for
   */
  Scoring(
      List<String> names,
      List<Reward> rewards,
      List<ExecutorService> threads,
      int images,
      Consumer<String> doing) {
    this.doing = doing;
    this.images = images;
    this.names = names;
    this.rewards = rewards;
    this.threads = threads;
    rewards.forEach(reward -> parts.add(new ArrayList<>()));
  }

  /**
   * Begins to score.
   *
   * @throws RuntimeException what a reward threw about earlier images, so that sampling stops early
   */
  @Override
  public void accept(List<FinishedImage> finished) {
    List<Reward.Sample> samples =
        finished.stream().map(f -> new Reward.Sample(f.group().prompt(), f.image())).toList();
    finished.forEach(f -> order.add(f.index()));
    parts.forEach(own -> own.stream().filter(Future::isDone).forEach(Scoring::get));
    for (int r = 0; r < rewards.size(); r++) {
      Reward reward = rewards.get(r);
      String name = names.get(r);
      parts
          .get(r)
          .add(threads.get(r).submit(() -> checked(name, reward.score(samples), samples.size())));
    }
  }

  /** A score that is missing or no number must not become an advantage. */
  private static float[] checked(String name, float[] scores, int count) {
    if (scores.length != count) {
      throw new RewardFailed(
          "reward %s gave %d scores for %d images".formatted(name, scores.length, count));
    }
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        throw new RewardFailed(
            "reward %s gave a score that is not finite: %s".formatted(name, score));
      }
    }
    return scores;
  }

  /**
   * Waits for the scores of every image by each reward, by the number of the image.
   *
   * @throws RuntimeException what a reward threw
   */
  List<float[]> scores() {
    long started = System.nanoTime();
    try {
      return IntStream.range(0, parts.size()).mapToObj(this::join).toList();
    } finally {
      waited += (System.nanoTime() - started) / 1e9;
      parts.forEach(own -> own.forEach(part -> part.cancel(true)));
    }
  }

  /** Seconds that {@link #scores} had to wait. */
  double waited() {
    return waited;
  }

  private float[] join(int reward) {
    float[] all = new float[images];
    int at = 0;
    for (Future<float[]> part : parts.get(reward)) {
      doing.accept("%s, %d of %d scored".formatted(names.get(reward), at, images));
      for (float score : get(part)) {
        all[order.get(at++)] = score;
      }
    }
    if (at != images) {
      throw new IllegalStateException("%d of %d images were scored".formatted(at, images));
    }
    return all;
  }

  private static float[] get(Future<float[]> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an image was being scored", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
