package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;

/** How sure the model is of the first image: {@code p(1) / (p(1) + p(2))} of its first token. */
@Variant("one_or_two")
record OneOrTwo(
    @Doc("The question; {prompt} stands for the images' prompt.")
        @Default(
            "Which of these two images is the better picture of \"{prompt}\"? Answer with one digit, 1 or 2, and"
                + " nothing else.")
        String template,
    @Doc("How many of the likeliest tokens are looked at.") @Default("20") @Range(min = 2, max = 20)
        int topLogprobs,
    @Doc("The least probability of 1 and 2 together; below it the model answered something else.")
        @Default("0.1")
        @Range(min = 0, max = 1)
        double leastMass)
    implements Comparison {

  public OneOrTwo {
    Rating.check(template);
  }

  @Override
  public void limit(ObjectNode request) {
    request.put("temperature", 0).put("max_tokens", 1);
    request.put("logprobs", true).put("top_logprobs", topLogprobs);
  }

  @Override
  public double first(JsonNode choice) throws Fault {
    return TopTokens.share(choice, "1", "2", leastMass);
  }
}
