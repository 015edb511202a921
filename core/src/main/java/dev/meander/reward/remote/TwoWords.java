package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;

/**
 * An answer of one word out of two, read from the probabilities of its first token. They come from
 * the likeliest tokens that the server names; a word that is not among them counts as 0.
 */
record TwoWords(
    @Doc("How many of the likeliest tokens are looked at.") @Default("20") @Range(min = 2, max = 20)
        int topLogprobs,
    @Doc(
            "The least probability of both words together; below it the model answered something else.")
        @Default("0.1")
        @Range(min = 0, max = 1)
        double leastMass) {

  void limit(ObjectNode request) {
    request.put("temperature", 0).put("max_tokens", 1);
    request.put("logprobs", true).put("top_logprobs", topLogprobs);
  }

  /** The share of {@code word} in both. */
  double share(JsonNode choice, String word, String other) throws Fault {
    return TopTokens.share(choice, word, other, leastMass);
  }
}
