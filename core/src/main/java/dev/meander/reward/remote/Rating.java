package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A question to a vision-language model about one image, and the score that its answer means. */
sealed interface Rating permits YesNo, Rubric, UnifiedReward, HpsV3 {
  /** What stands for the image's prompt in a template. */
  String PROMPT = "{prompt}";

  /** The question, with {@link #PROMPT} where the image's prompt belongs. */
  String template();

  /** What is asked, after the endpoint's address. */
  default String path() {
    return "/chat/completions";
  }

  /** Adds what the answer must be like to the request. */
  void limit(ObjectNode request);

  /**
   * The score.
   *
   * @param answer the whole answer
   * @throws Fault when it is none to this question
   */
  double score(JsonNode answer) throws Fault;

  /** Refuses templates that do not show the prompt. */
  static void check(String template) {
    if (!template.contains(PROMPT)) {
      throw new IllegalArgumentException(
          "template must contain " + PROMPT + ", which the image's prompt replaces");
    }
  }
}
