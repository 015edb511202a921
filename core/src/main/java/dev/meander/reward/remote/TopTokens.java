package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One token of an answer, and the likeliest ones at its place.
 *
 * @param token the token itself
 * @param top the likeliest ones, each with its probability; empty where the server gives none
 */
record TopTokens(String token, List<Likely> top) {
  private static final double ROUNDING = 1e-3;

  /** A token that was likely. */
  record Likely(String token, double p) {}

  /**
   * Every token of an answer with log-probabilities, in the forms that servers have for them:
   * {@code logprobs.content} with {@code top_logprobs} (OpenAI, vLLM, SGLang, llama.cpp), with
   * {@code top_probs} (llama.cpp's {@code post_sampling_probs}), and the form of text completions
   * (earlier llama-cpp-python).
   */
  static List<TopTokens> of(JsonNode choice) {
    JsonNode logprobs = choice.path("logprobs");
    List<TopTokens> all = new ArrayList<>();
    for (JsonNode token : logprobs.path("content")) {
      List<Likely> top = new ArrayList<>();
      for (JsonNode entry : token.path("top_logprobs")) {
        top.add(new Likely(entry.path("token").asText(), exp(entry.path("logprob"))));
      }
      for (JsonNode entry : token.path("top_probs")) {
        top.add(new Likely(entry.path("token").asText(), probability(entry.path("prob"))));
      }
      all.add(new TopTokens(token.path("token").asText(), top));
    }
    for (int i = 0; i < logprobs.path("tokens").size(); i++) {
      List<Likely> top = new ArrayList<>();
      logprobs
          .path("top_logprobs")
          .path(i)
          .properties()
          .forEach(entry -> top.add(new Likely(entry.getKey(), exp(entry.getValue()))));
      all.add(new TopTokens(logprobs.path("tokens").path(i).asText(), top));
    }
    return all;
  }

  private static double exp(JsonNode logarithm) {
    return Math.exp(number(logarithm));
  }

  private static double probability(JsonNode value) {
    return number(value) >= 0 ? number(value) : Double.NaN;
  }

  private static double number(JsonNode value) {
    return value.isNumber() ? value.doubleValue() : Double.NaN;
  }

  /**
   * The share of one word in two, by the probabilities of the answer's first token.
   *
   * @param leastMass the least probability of both together
   * @throws Fault when the model meant something else, or log-probabilities are missing
   */
  static double share(JsonNode choice, String word, String other, double leastMass) throws Fault {
    Thought.refuse(choice);
    List<TopTokens> tokens = of(choice);
    if (tokens.isEmpty()) {
      throw missing();
    }
    Map<String, Double> words = tokens.get(0).words();
    double first = words.getOrDefault(word, 0.0);
    double both = first + words.getOrDefault(other, 0.0);
    if (!(both > 0 && both >= leastMass)) {
      if (words.containsKey(Thought.OPENING)) {
        throw Thought.fault();
      }
      throw Fault.passing(
          "answered neither %s nor %s, but probably %s".formatted(word, other, words.keySet()));
    }
    return first / both;
  }

  /**
   * Probabilities by word: tokens that differ only in case and space around them count together.
   *
   * @throws Fault when there are none, or one is no probability
   */
  Map<String, Double> words() throws Fault {
    if (top.isEmpty()) {
      throw missing();
    }
    Map<String, Double> words = new LinkedHashMap<>();
    double sum = 0;
    for (Likely likely : top) {
      sum += likely.p();
      words.merge(word(likely.token()), likely.p(), Double::sum);
    }
    if (!(sum <= 1 + ROUNDING)) { // also when it is NaN
      throw Fault.passing(
          "answered log-probabilities that are none: " + Excerpt.of(top.toString()));
    }
    return words;
  }

  private static Fault missing() {
    return Fault.passing(
        "answered without top_logprobs: the server or the model does not give log-probabilities; with"
            + " rating: rubric, or comparison: conclusion, none are needed");
  }

  /** The token without case and surroundings; some tokenizers mark a leading space. */
  static String word(String token) {
    return token.replaceAll("[\\s\u0120\u2581.,:*\"']", "").toLowerCase(Locale.ROOT);
  }
}
