package dev.meander.reward.remote;

import dev.meander.reward.Reward;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Scores from servers that speak the protocol of docs/remote-rewards.md.
 *
 * <p>Samples go in batches, several at once. How they are cut, who answers and how often it was
 * asked has no influence on the scores.
 */
final class HttpReward implements Reward {
  private final CallPool calls;
  private final int batchSize;

  HttpReward(CallPool calls, int batchSize) {
    this.calls = calls;
    this.batchSize = batchSize;
  }

  @Override
  public float[] score(List<Sample> samples) {
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from < samples.size(); from += batchSize) {
      int to = Math.min(from + batchSize, samples.size());
      batches.add(new Batch(samples.subList(from, to), Optional.empty()));
    }
    float[] scores = new float[samples.size()];
    int at = 0;
    for (float[] part : calls.all(batches)) {
      System.arraycopy(part, 0, scores, at, part.length);
      at += part.length;
    }
    return scores;
  }

  /** While one call waits for its answers, the next images are on their way already. */
  @Override
  public int concurrentCalls() {
    return 2;
  }

  @Override
  public void close() {
    calls.close();
  }

  /**
   * Some samples.
   *
   * @param request an id that no other request has
   * @param group what they belong to, if they are to be compared with each other
   */
  record Batch(String request, List<Sample> samples, Optional<String> group)
      implements Call<float[]> {
    Batch(List<Sample> samples, Optional<String> group) {
      this(UUID.randomUUID().toString(), samples, group);
    }

    @Override
    public String path() {
      return ScoreProtocol.SCORE;
    }

    @Override
    public byte[] body() {
      return ScoreProtocol.request(request, samples, group);
    }

    @Override
    public float[] read(String answer) throws Fault {
      return ScoreProtocol.scores(answer, request, samples.size());
    }
  }
}
