package dev.meander.train;

import dev.meander.reward.Reward;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Scores images as they are finished, each reward in a thread of its own, while others are still
 * being sampled.
 */
final class Scoring implements Consumer<List<Reward.Sample>> {
  private final List<Reward> rewards;
  private final List<ExecutorService> threads;
  private final List<List<Future<float[]>>> parts = new ArrayList<>();
  private double waited;

  /**
   * @param threads one of a single thread for each reward
   */
  Scoring(List<Reward> rewards, List<ExecutorService> threads) {
    this.rewards = rewards;
    this.threads = threads;
    rewards.forEach(reward -> parts.add(new ArrayList<>()));
  }

  @Override
  public void accept(List<Reward.Sample> samples) {
    for (int r = 0; r < rewards.size(); r++) {
      Reward reward = rewards.get(r);
      parts.get(r).add(threads.get(r).submit(() -> reward.score(samples)));
    }
  }

  /**
   * Waits for the scores of every image so far by each reward, in order.
   *
   * @throws RuntimeException what a reward threw
   */
  List<float[]> scores() {
    long started = System.nanoTime();
    List<float[]> scores = parts.stream().map(Scoring::join).toList();
    waited += (System.nanoTime() - started) / 1e9;
    return scores;
  }

  /** Seconds that {@link #scores} waited. */
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
