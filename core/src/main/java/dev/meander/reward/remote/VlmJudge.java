package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Reward;
import dev.meander.reward.ServerAnswer;
import dev.meander.reward.SettingsProvider;
import java.util.ArrayList;
import java.util.List;

/** {@code vlm_judge}: a vision-language model judges every image in a request of its own. */
public final class VlmJudge extends SettingsProvider<VlmJudge.Settings> {
  private static final String USER = "reward vlm_judge";
  private static final String WITHOUT_SOURCE =
      "the prompt has no source_image, which show_source: true shows the judge";

  @Doc("Settings of the reward vlm_judge.")
  record Settings(
      @Doc("Where the model is served.") @Flat ChatServer server,
      @Doc("What is asked and how the answer becomes a score.") @Default("yes_no") Rating rating,
      @Doc("Show the prompt's source image before the image; prompts without one are refused.")
          @Default("false")
          boolean showSource) {}

  public VlmJudge() {
    super(
        "vlm_judge",
        "a vision-language model behind an OpenAI-compatible interface says yes or no, or gives marks (keys:"
            + " endpoints, model, api_key_env, rating, show_source, concurrency, extra, connection)",
        Settings.class,
        Judge::new);
  }

  @Override
  protected List<ServerAnswer> servers(Settings settings) {
    return settings.server().ask(USER);
  }

  @Override
  protected PromptCheck promptCheck(Settings settings) {
    return prompt ->
        settings.showSource() && prompt.source().isEmpty() ? List.of(WITHOUT_SOURCE) : List.of();
  }

  private static final class Judge extends Caller implements Reward {
    private final Settings settings;

    Judge(Settings settings) {
      super(settings.server().connect(USER));
      this.settings = settings;
    }

    @Override
    public float[] score(List<Sample> samples) {
      List<Double> answers =
          calls.all(samples.stream().map(sample -> new Judgement(settings, sample)).toList());
      float[] scores = new float[answers.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = answers.get(i).floatValue();
      }
      return scores;
    }
  }

  /** What one image is asked about. */
  record Judgement(Settings settings, Reward.Sample sample) implements Call<Double> {
    @Override
    public String path() {
      return settings.rating().path();
    }

    @Override
    public byte[] body() {
      ObjectNode limits = JsonNodeFactory.instance.objectNode();
      settings.rating().limit(limits);
      return settings
          .server()
          .request(
              images(),
              settings.rating().template().replace(Rating.PROMPT, sample.prompt().text()),
              limits);
    }

    private List<Image> images() {
      List<Image> images = new ArrayList<>();
      if (settings.showSource()) {
        images.add(sample.source().orElseThrow(() -> new UserError(USER + ": " + WITHOUT_SOURCE)));
      }
      images.add(sample.image());
      return images;
    }

    @Override
    public Double read(String answer) throws Fault {
      return settings.rating().score(Json.object(answer));
    }
  }
}
