package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The messages of docs/remote-rewards.md, both ways. */
final class ScoreProtocol {
  static final String VERSION = "meander-reward/1";
  static final String SCORE = "/v1/score";
  static final String HEALTH = "/v1/health";

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int SIZES = 16; // where a PNG file says its width, then its height
  private static final long MOST_PIXELS = 1L << 26;

  private ScoreProtocol() {}

  /**
   * What a server was asked.
   *
   * @param request its id
   * @param ids the client's own, which come back with the scores
   * @param groups which group each sample belongs to; empty for none
   * @param samples what is to be scored
   */
  record Request(
      String request, List<String> ids, List<String> groups, List<Reward.Sample> samples) {
    /** The places of the samples of each group, in the order in which groups begin. */
    List<int[]> byGroup() {
      return groups.stream()
          .distinct()
          .map(g -> IntStream.range(0, ids.size()).filter(i -> groups.get(i).equals(g)).toArray())
          .toList();
    }
  }

  /** A request that does not follow the protocol. */
  static final class BadRequest extends Exception {
    private static final long serialVersionUID = 1L;

    BadRequest(String message) {
      super(message);
    }
  }

  /**
   * The request for some samples, whose ids are their places.
   *
   * @param group what they belong to, if they are to be compared with each other
   */
  static byte[] request(String request, List<Reward.Sample> samples, Optional<String> group) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("protocol", VERSION).put("request", request);
    ArrayNode list = root.putArray("samples");
    for (int i = 0; i < samples.size(); i++) {
      Prompt prompt = samples.get(i).prompt();
      ObjectNode sample =
          list.addObject()
              .put("id", Integer.toString(i))
              .put("prompt_id", prompt.id())
              .put("prompt", prompt.text())
              .put("image", base64(samples.get(i).image()));
      sample.set("metadata", prompt.metadata());
      samples.get(i).source().ifPresent(source -> sample.put("source", base64(source)));
      group.ifPresent(g -> sample.put("group", g));
    }
    return Json.bytes(root);
  }

  static String base64(Image image) {
    return Base64.getEncoder().encodeToString(Png.encode(image));
  }

  /**
   * The scores of an answer, in the order of the request's samples.
   *
   * @throws Fault unless it holds exactly one finite number for each sample of this request
   */
  static float[] scores(String answer, String request, int samples) throws Fault {
    JsonNode root = Json.object(answer);
    if (!root.path("protocol").asText().equals(VERSION)) {
      throw Fault.passing(
          "does not speak " + VERSION + ": its answer's protocol is " + shown(root, "protocol"));
    }
    if (!root.path("request").asText().equals(request)) {
      throw Fault.passing(
          "answered another request: " + shown(root, "request") + " instead of " + request);
    }
    JsonNode list = root.path("scores");
    if (!list.isArray() || list.size() != samples) {
      throw Fault.passing(
          "answered %s for %d images"
              .formatted(list.isArray() ? list.size() + " scores" : "no list of scores", samples));
    }
    float[] scores = new float[samples];
    boolean[] known = new boolean[samples];
    for (JsonNode entry : list) {
      int place = place(entry, samples);
      if (place < 0 || known[place]) {
        throw Fault.passing(
            "answered a score with "
                + (place < 0 ? "an unknown id: " : "an id that appears twice: ")
                + shown(entry, "id"));
      }
      known[place] = true;
      scores[place] = finite(entry);
    }
    return scores;
  }

  /**
   * What a server says of its health.
   *
   * @throws Fault unless it speaks this protocol and is ready
   */
  static String health(JsonNode answer) throws Fault {
    if (!answer.path("protocol").asText().equals(VERSION)) {
      throw Fault.refused(
          "does not speak %s: its protocol is %s".formatted(VERSION, shown(answer, "protocol")));
    }
    if (!answer.path("status").asText("ok").equals("ok")) {
      throw Fault.passing("is not ready: its status is " + shown(answer, "status"));
    }
    return answer.path("reward").isTextual()
        ? "it serves the reward " + answer.path("reward").asText()
        : "it is ready";
  }

  private static int place(JsonNode entry, int samples) {
    String id = entry.path("id").asText();
    for (int i = 0; i < samples; i++) {
      if (id.equals(Integer.toString(i))) {
        return i;
      }
    }
    return -1;
  }

  private static float finite(JsonNode entry) throws Fault {
    JsonNode score = entry.path("score");
    float value = score.isNumber() ? (float) score.doubleValue() : Float.NaN;
    if (!Float.isFinite(value)) {
      throw Fault.passing("answered a score that is no finite number: " + shown(entry, "score"));
    }
    return value;
  }

  private static String shown(JsonNode object, String field) {
    return object.has(field) ? Excerpt.of(object.get(field).toString()) : "missing";
  }

  /**
   * Understands a request.
   *
   * @throws BadRequest saying where it departs from the protocol
   */
  static Request read(byte[] body) throws BadRequest {
    JsonNode root =
        Json.parse(new String(body, StandardCharsets.UTF_8))
            .filter(JsonNode::isObject)
            .orElseThrow(() -> new BadRequest("the body is not a JSON object"));
    if (!root.path("protocol").asText().equals(VERSION)) {
      throw new BadRequest("protocol must be " + VERSION + ", found " + shown(root, "protocol"));
    }
    JsonNode list = root.path("samples");
    if (!list.isArray() || list.isEmpty()) {
      throw new BadRequest("samples must be a list with at least one element");
    }
    List<String> ids = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    List<Reward.Sample> samples = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      String at = "samples[" + i + "].";
      JsonNode sample = list.get(i);
      String id = text(sample, "id", at);
      if (!seen.add(id)) {
        throw new BadRequest(at + "id appears twice");
      }
      ids.add(id);
      groups.add(isGiven(sample, "group") ? text(sample, "group", at) : "");
      samples.add(sample(sample, id, at));
    }
    return new Request(text(root, "request", ""), ids, groups, samples);
  }

  private static Reward.Sample sample(JsonNode sample, String id, String at) throws BadRequest {
    JsonNode metadata =
        isGiven(sample, "metadata")
            ? sample.get("metadata")
            : JsonNodeFactory.instance.objectNode();
    if (!metadata.isObject()) {
      throw new BadRequest(at + "metadata must be an object");
    }
    Prompt prompt =
        new Prompt(sample.path("prompt_id").asText(id), text(sample, "prompt", at), metadata);
    return new Reward.Sample(
        prompt,
        image(sample, "image", at),
        isGiven(sample, "source") ? Optional.of(image(sample, "source", at)) : Optional.empty());
  }

  private static boolean isGiven(JsonNode object, String field) {
    return object.hasNonNull(field);
  }

  private static String text(JsonNode object, String field, String at) throws BadRequest {
    JsonNode value = object.path(field);
    if (!value.isTextual()) {
      throw new BadRequest(at + field + " must be a string");
    }
    return value.textValue();
  }

  private static Image image(JsonNode sample, String field, String at) throws BadRequest {
    String base64 = text(sample, field, at);
    String what = at + field;
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      if (bytes.length < SIZES + 8 || !Arrays.equals(bytes, 0, PNG.length, PNG, 0, PNG.length)) {
        throw new BadRequest(what + " is not a PNG file");
      }
      ByteBuffer sizes = ByteBuffer.wrap(bytes, SIZES, 8);
      // A few bytes may claim to be an image that fills all memory.
      double pixels = (sizes.getInt() & 0xffffffffL) * (double) (sizes.getInt() & 0xffffffffL);
      if (pixels > MOST_PIXELS) {
        throw new BadRequest(what + " is larger than " + MOST_PIXELS + " pixels");
      }
      return Png.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw new BadRequest(what + " is not base64");
    } catch (IOException e) {
      throw new BadRequest(what + " cannot be decoded: " + e.getMessage());
    }
  }

  /** The answer to a request. */
  static ObjectNode answer(Request request, float[] scores) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("protocol", VERSION).put("request", request.request());
    ArrayNode list = root.putArray("scores");
    for (int i = 0; i < scores.length; i++) {
      // As a double, whose text every reader turns back into the same float.
      list.addObject().put("id", request.ids().get(i)).put("score", (double) scores[i]);
    }
    return root;
  }

  /** The form of an answer that is none. */
  static ObjectNode error(String code, String message) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("protocol", VERSION);
    root.putObject("error").put("code", code).put("message", message);
    return root;
  }
}
