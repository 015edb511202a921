package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.reward.Reward;
import java.util.List;

/** A vision-language model that judges every image in a chat completion of its own. */
final class VlmJudge implements Reward {
  private final CallPool calls;
  private final VlmJudgeConfig config;

  VlmJudge(Servers servers, VlmJudgeConfig config) {
    this.calls = new CallPool(servers, config.concurrency());
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
      return "/chat/completions";
    }

    @Override
    public byte[] body() {
      ObjectNode request = JsonNodeFactory.instance.objectNode();
      request.put("model", config.model()).put("temperature", 0);
      config.rating().limit(request);
      ArrayNode content =
          request.putArray("messages").addObject().put("role", "user").putArray("content");
      String data = "data:image/png;base64," + ScoreProtocol.base64(sample.image());
      content.addObject().put("type", "image_url").putObject("image_url").put("url", data);
      content
          .addObject()
          .put("type", "text")
          .put("text", config.rating().template().replace(Rating.PROMPT, sample.prompt().text()));
      request.setAll((ObjectNode) config.extra());
      return Json.bytes(request);
    }

    @Override
    public Double read(String answer) throws Fault {
      JsonNode root = Json.object(answer);
      JsonNode choices = root.path("choices");
      if (choices.size() != 1) {
        throw Fault.passing(
            "answered %d choices instead of one: %s".formatted(choices.size(), Excerpt.of(answer)));
      }
      JsonNode refusal = choices.get(0).path("message").path("refusal");
      if (refusal.isTextual() && !refusal.textValue().isEmpty()) {
        throw Fault.passing("declined to judge: " + Excerpt.of(refusal.textValue()));
      }
      return config.rating().score(choices.get(0));
    }
  }
}
