package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.image.Image;
import dev.meander.reward.ServerAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where a vision-language model is served, and how it is asked. */
@Doc("Where a vision-language model is served, and how it is asked.")
record ChatServer(
    @Doc(
            "Base addresses of OpenAI-compatible servers of the same model, up to what stands before"
                + " /chat/completions, e.g. [\"http://127.0.0.1:8000/v1\"].")
        List<String> endpoints,
    @Doc("The model's name there.") String model,
    @Doc("The environment variable that holds the API key; leave out for none.")
        Optional<String> apiKeyEnv,
    @Doc("Requests on their way at once, to all servers together.")
        @Default("8")
        @Range(min = 1, max = 256)
        int concurrency,
    @Doc("More fields of the request, e.g. {seed: 1}; they replace those of the same name.")
        @Default("{}")
        JsonNode extra,
    @Doc("Timeouts, retries and circuit breaking.") Connection connection) {

  /** Reasons to finish that mean that the model said all it wanted. */
  private static final Set<String> WHOLE =
      Set.of("", "stop", "eos", "eos_token", "stop_sequence", "end_turn");

  public ChatServer {
    if (!extra.isObject()) {
      throw new IllegalArgumentException("extra must be keys with values");
    }
  }

  /**
   * What makes calls.
   *
   * @param user who asks, for messages: "reward vlm_judge"
   * @throws dev.meander.config.UserError naming every wrong address, or the missing variable
   */
  CallPool connect(String user) {
    return new CallPool(
        Servers.connect(user, endpoints, concurrency, connection, "api_key_env", apiKeyEnv),
        concurrency);
  }

  /** Whether the servers have the model, by their lists of models. */
  List<ServerAnswer> ask(String user) {
    return new Ask(user, connection, "api_key_env", apiKeyEnv)
        .all(endpoints, "/models", answer -> listed(answer, model));
  }

  private static String listed(JsonNode answer, String model) throws Fault {
    List<String> models = new ArrayList<>();
    answer.path("data").forEach(entry -> models.add(entry.path("id").asText()));
    if (!models.isEmpty() && !models.contains(model)) {
      throw Fault.refused("has no model %s; it has %s".formatted(model, String.join(", ", models)));
    }
    return models.isEmpty() ? "it lists no models" : "it has the model " + model;
  }

  /**
   * A chat of one turn: images, then text.
   *
   * @param limits the fields that say what the answer must be like
   */
  byte[] request(List<Image> images, String text, ObjectNode limits) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("model", model).setAll(limits);
    ArrayNode content =
        request.putArray("messages").addObject().put("role", "user").putArray("content");
    for (Image image : images) {
      String data = "data:image/png;base64," + ScoreProtocol.base64(image);
      content.addObject().put("type", "image_url").putObject("image_url").put("url", data);
    }
    content.addObject().put("type", "text").put("text", text);
    request.setAll((ObjectNode) extra);
    return Json.bytes(request);
  }

  /** The only choice of a chat completion. */
  static JsonNode choice(JsonNode answer) throws Fault {
    JsonNode choices = answer.path("choices");
    if (choices.size() != 1) {
      throw Fault.passing(
          "answered %d choices instead of one: %s"
              .formatted(choices.size(), Excerpt.of(answer.toString())));
    }
    JsonNode choice = choices.get(0);
    JsonNode refusal = choice.path("message").path("refusal");
    if (refusal.isTextual() && !refusal.textValue().isEmpty()) {
      throw Fault.passing("declined to judge: " + Excerpt.of(refusal.textValue()));
    }
    return choice;
  }

  /**
   * The text of a whole answer.
   *
   * @param wanted what the answer should be, for messages
   * @throws Fault when it was cut off
   */
  static String whole(JsonNode choice, String wanted) throws Fault {
    String text = choice.path("message").path("content").asText();
    String finish = choice.path("finish_reason").asText("").replace("null", "");
    if (!WHOLE.contains(finish)) {
      throw Fault.passing(
          "answered no %s, for it was cut off (finish_reason %s): %s"
              .formatted(wanted, finish, Excerpt.of(text)));
    }
    return text;
  }
}
