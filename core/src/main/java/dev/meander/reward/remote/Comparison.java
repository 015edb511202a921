package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A question to a vision-language model about two images of one prompt. */
sealed interface Comparison permits Conclusion, Think, OneOrTwo {
  /** The question, with {@link Rating#PROMPT} where the images' prompt belongs. */
  String template();

  /** Adds what the answer must be like to the request. */
  void limit(ObjectNode request);

  /**
   * The probability that the first image is better, 0.5 for a tie.
   *
   * @param choice the answer's only choice: its message and log-probabilities
   * @throws Fault when the answer is none to this question
   */
  double first(JsonNode choice) throws Fault;
}
