package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.image.Image;
import dev.meander.reward.GroupReward;
import dev.meander.reward.GroupRewardProvider;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.reward.ServerAnswer;
import dev.meander.reward.WinRates;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code vlm_win_rate}: the share of its group that an image beats in the eyes of a vision-language
 * model, which is shown two images at a time (Pref-GRPO, arXiv 2508.20751).
 */
public final class VlmWinRate implements GroupRewardProvider {
  private static final String USER = "reward vlm_win_rate";

  @Doc("Settings of the reward vlm_win_rate.")
  record Settings(
      @Doc("Where the model is served.") @Flat ChatServer server,
      @Doc("What is asked about two images, and how the answer is understood.")
          @Default("conclusion")
          Comparison comparison,
      @Doc(
              "Ask about each pair twice, in both orders, and take the mean. Otherwise each image is the first one in"
                  + " half of its pairs.")
          @Default("false")
          boolean bothOrders) {}

  @Override
  public String name() {
    return "vlm_win_rate";
  }

  @Override
  public String description() {
    return "the share of its group that an image beats by a vision-language model's comparisons (keys: endpoints,"
        + " model, api_key_env, comparison, both_orders, concurrency, extra, connection)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(Settings.class);
  }

  @Override
  public List<ServerAnswer> servers(JsonNode json) {
    return Rewards.settings(name(), json, Settings.class).server().ask(USER);
  }

  @Override
  public GroupReward create(JsonNode json, Optional<Reward> inner) {
    return new Comparisons(Rewards.settings(name(), json, Settings.class));
  }

  private static final class Comparisons extends Caller implements GroupReward {
    private final Settings config;

    Comparisons(Settings config) {
      super(config.server().connect(USER));
      this.config = config;
    }

    @Override
    public float[] score(List<Reward.Sample> group) {
      int images = group.size();
      List<Pair> pairs = new ArrayList<>();
      for (int i = 0; i < images; i++) {
        for (int j = i + 1; j < images; j++) {
          boolean turned = !config.bothOrders() && (i + j) % 2 == 0;
          pairs.add(turned ? pair(group, j, i) : pair(group, i, j));
          if (config.bothOrders()) {
            pairs.add(pair(group, j, i));
          }
        }
      }
      List<Double> answers = calls.all(pairs);
      double[][] beats = new double[images][images];
      int asked = config.bothOrders() ? 2 : 1;
      for (int k = 0; k < pairs.size(); k++) {
        Pair pair = pairs.get(k);
        beats[pair.first()][pair.second()] += answers.get(k) / asked;
        beats[pair.second()][pair.first()] += (1 - answers.get(k)) / asked;
      }
      return WinRates.of(USER, images, (i, j) -> beats[i][j]);
    }

    private Pair pair(List<Reward.Sample> group, int first, int second) {
      return new Pair(
          config,
          first,
          second,
          group.get(0).prompt().text(),
          List.of(group.get(first).image(), group.get(second).image()));
    }
  }

  /** Two images, by their places in the group. */
  private record Pair(Settings config, int first, int second, String prompt, List<Image> images)
      implements Call<Double> {
    @Override
    public String path() {
      return "/chat/completions";
    }

    @Override
    public byte[] body() {
      ObjectNode limits = JsonNodeFactory.instance.objectNode();
      config.comparison().limit(limits);
      String text = config.comparison().template().replace(Rating.PROMPT, prompt);
      return config.server().request(images, text, limits);
    }

    @Override
    public Double read(String answer) throws Fault {
      return config.comparison().first(ChatServer.choice(Json.object(answer)));
    }
  }
}
