package dev.meander.reward.remote;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Range;
import dev.meander.reward.Reward;
import dev.meander.reward.ServerAnswer;
import dev.meander.reward.SettingsProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code http}: scores from servers that speak the protocol of docs/remote-rewards.md.
 *
 * <p>Samples go in batches, several at once. How they are cut, who answers and how often it was
 * asked has no influence on the scores.
 */
public final class HttpReward extends SettingsProvider<HttpReward.Settings> {
  private static final String USER = "reward http";

  @Doc("Settings of the reward http.")
  record Settings(
      @Doc("Where scores are computed.") @Flat RewardServers servers,
      @Doc("Images in one request, at most.") @Default("16") @Range(min = 1, max = 4096)
          int batchSize) {}

  public HttpReward() {
    super(
        "http",
        "scores from reward servers (keys: endpoints, batch_size, concurrency, token_env, connection)",
        Settings.class,
        Batched::new);
  }

  @Override
  protected List<ServerAnswer> servers(Settings settings) {
    return settings.servers().ask(USER);
  }

  private static final class Batched extends Caller implements Reward {
    private final int batchSize;

    Batched(Settings settings) {
      super(settings.servers().connect(USER));
      this.batchSize = settings.batchSize();
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
  }

  /**
   * Some samples.
   *
   * @param request an id that no other request has
   * @param group what they belong to, if they are to be compared with each other
   */
  record Batch(String request, List<Reward.Sample> samples, Optional<String> group)
      implements Call<float[]> {
    Batch(List<Reward.Sample> samples, Optional<String> group) {
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
