package dev.meander.train;

import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Scores images as they are finished, each reward in threads of its own, while others are still
 * being sampled.
 */
final class Scoring implements Consumer<List<Reward.Sample>> {
  private final List<String> names;
  private final List<Reward> rewards;
  private final List<ExecutorService> threads;
  private final List<List<Future<float[]>>> parts = new ArrayList<>();
  private double waited;

  /**
   * @param names of the rewards, for messages
   * @param threads for each reward, as many as it may be called at once
   */
  Scoring(List<String> names, List<Reward> rewards, List<ExecutorService> threads) {
    this.names = names;
    this.rewards = rewards;
    this.threads = threads;
    rewards.forEach(reward -> parts.add(new ArrayList<>()));
  }

  /**
   * Begins to score.
   *
   * @throws RuntimeException what a reward threw about earlier images: sampling more is in vain
   */
  @Override
  public void accept(List<Reward.Sample> samples) {
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
   * Waits for the scores of every image so far by each reward, in order.
   *
   * @throws RuntimeException what a reward threw
   */
  List<float[]> scores() {
    long started = System.nanoTime();
    try {
      return parts.stream().map(Scoring::join).toList();
    } finally {
      waited += (System.nanoTime() - started) / 1e9;
      parts.forEach(own -> own.forEach(part -> part.cancel(true)));
    }
  }

  /** Seconds that {@link #scores} had to wait. */
  double waited() {
    return waited;
  }

  private static float[] join(List<Future<float[]>> parts) {
    List<float[]> scores = parts.stream().map(Scoring::get).toList();
    float[] all = new float[scores.stream().mapToInt(s -> s.length).sum()];
    int at = 0;
    for (float[] part : scores) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
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
