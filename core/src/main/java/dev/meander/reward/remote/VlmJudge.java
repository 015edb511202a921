package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.reward.Reward;
import java.util.ArrayList;
import java.util.List;

/** A vision-language model that judges every image in a request of its own. */
final class VlmJudge implements Reward {
  private final CallPool calls;
  private final VlmJudgeConfig config;

  VlmJudge(VlmJudgeConfig config) {
    this.calls = config.server().connect("reward vlm_judge");
    this.config = config;
  }

  @Override
  public float[] score(List<Sample> samples) {
    List<Double> answers =
        calls.all(samples.stream().map(sample -> judgement(config, sample)).toList());
    float[] scores = new float[answers.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = answers.get(i).floatValue();
    }
    return scores;
  }

  static Call<Double> judgement(VlmJudgeConfig config, Sample sample) {
    return new Judgement(config, sample);
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

  private record Judgement(VlmJudgeConfig config, Sample sample) implements Call<Double> {
    @Override
    public String path() {
      return config.rating().path();
    }

    @Override
    public byte[] body() {
      ObjectNode limits = JsonNodeFactory.instance.objectNode();
      config.rating().limit(limits);
      return config
          .server()
          .request(
              images(),
              config.rating().template().replace(Rating.PROMPT, sample.prompt().text()),
              limits);
    }

    private List<Image> images() {
      List<Image> images = new ArrayList<>();
      if (config.showSource()) {
        images.add(
            sample
                .source()
                .orElseThrow(
                    () -> new UserError("reward vlm_judge: " + VlmJudgeProvider.WITHOUT_SOURCE)));
      }
      images.add(sample.image());
      return images;
    }

    @Override
    public Double read(String answer) throws Fault {
      return config.rating().score(Json.object(answer));
    }
  }
}
