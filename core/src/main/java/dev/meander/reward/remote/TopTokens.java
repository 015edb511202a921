package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The likeliest tokens at one place of an answer. */
final class TopTokens {
  private static final double ROUNDING = 1e-3;

  private TopTokens() {}

  /**
   * Probabilities by word: tokens that differ only in case and space around them count together.
   *
   * @param token an element of {@code logprobs.content}
   * @throws Fault when there are none, or one is no probability
   */
  static Map<String, Double> words(JsonNode token) throws Fault {
    JsonNode top = token.path("top_logprobs");
    if (!top.isArray() || top.isEmpty()) {
      throw Fault.passing(
          "answered without top_logprobs: the server or the model does not give log-probabilities; with"
              + " rating: rubric none are needed");
    }
    Map<String, Double> words = new LinkedHashMap<>();
    double sum = 0;
    for (JsonNode entry : top) {
      JsonNode log = entry.path("logprob");
      double p = log.isNumber() ? Math.exp(log.doubleValue()) : Double.NaN;
      sum += p;
      words.merge(word(entry.path("token").asText()), p, Double::sum);
    }
    if (!(sum <= 1 + ROUNDING)) { // also when it is NaN
      throw Fault.passing(
          "answered log-probabilities that are none: " + Excerpt.of(top.toString()));
    }
    return words;
  }

  /** The token without case and surroundings; some tokenizers mark a leading space. */
  static String word(String token) {
    return token.replaceAll("[\\s\u0120\u2581.,:*\"']", "").toLowerCase(Locale.ROOT);
  }
}
