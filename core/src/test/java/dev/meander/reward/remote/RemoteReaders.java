package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What comes over the network, both ways, for tests that read anything. */
public final class RemoteReaders {
  private RemoteReaders() {}

  /** A request that a server gets, and what it would answer. */
  public static void request(byte[] body) {
    try {
      ScoreProtocol.Request request = ScoreProtocol.read(body);
      request.byGroup();
      Json.bytes(ScoreProtocol.answer(request, new float[request.samples().size()]));
    } catch (ScoreProtocol.BadRequest e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  /** A request that is right. */
  public static byte[] aRequest() {
    Image image = new Image(2, 2, new byte[12]);
    Prompt prompt =
        new Prompt("1", "a red circle", JsonNodeFactory.instance.objectNode().put("tag", "colors"));
    return ScoreProtocol.request(
        "r1",
        List.of(
            new Reward.Sample(prompt, image), new Reward.Sample(prompt, image, Optional.of(image))),
        Optional.of("g"));
  }

  /** A server's answer to a request for two images. */
  public static void answer(byte[] body) {
    attempt(() -> ScoreProtocol.scores(new String(body, StandardCharsets.UTF_8), "r1", 2)[0]);
  }

  /** What understands a chat completion as one of the ratings does. */
  public static Consumer<byte[]> chat(String rating) {
    VlmJudge.Settings config =
        Binder.bind(
            ConfigFile.parse(
                "{endpoints: [\"http://127.0.0.1\"], model: m, rating: " + rating + "}", "test"),
            VlmJudge.Settings.class,
            "test");
    Reward.Sample sample =
        new Reward.Sample(Prompt.of("1", "a star"), new Image(1, 1, new byte[3]));
    Call<Double> call = new VlmJudge.Judgement(config, sample);
    return body ->
        attempt(
            () -> {
              double score = call.read(new String(body, StandardCharsets.UTF_8));
              if (!(score >= 0 && score <= 1)) {
                throw new AssertionError("a score of " + score);
              }
              return score;
            });
  }

  /** A chat completion as one of the comparisons of two images understands it. */
  public static void pair(String comparison, byte[] body) {
    VlmWinRate.Settings config =
        Binder.bind(
            ConfigFile.parse(
                "{endpoints: [\"http://127.0.0.1\"], model: m, comparison: " + comparison + "}",
                "test"),
            VlmWinRate.Settings.class,
            "test");
    attempt(
        () -> {
          String text = new String(body, StandardCharsets.UTF_8);
          double p = config.comparison().first(ChatServer.choice(Json.object(text)));
          if (!(p >= 0 && p <= 1)) {
            throw new AssertionError("a probability of " + p);
          }
          return p;
        });
  }

  private interface Attempt {
    double get() throws Fault;
  }

  private static void attempt(Attempt reading) {
    try {
      if (!Double.isFinite(reading.get())) {
        throw new AssertionError("a score that is not finite");
      }
    } catch (Fault e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
