package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;

/**
 * How sure the model is that the image shows its prompt: {@code p(yes) / (p(yes) + p(no))} of the
 * answer's first token, after VQAScore (arXiv 2404.01291), which takes {@code p(yes)} alone.
 *
 * <p>Both probabilities come from the likeliest tokens that the server names; one that is not among
 * them counts as 0.
 */
@Variant("yes_no")
record YesNo(
    @Doc("The question; {prompt} stands for the image's prompt.")
        @Default("Does this image show \"{prompt}\"? Answer with one word, yes or no.")
        String template,
    @Doc("How many of the likeliest tokens are looked at.") @Default("20") @Range(min = 2, max = 20)
        int topLogprobs,
    @Doc(
            "The least probability of yes and no together; below it the model answered something else.")
        @Default("0.1")
        @Range(min = 0, max = 1)
        double leastMass)
    implements Rating {

  public YesNo {
    Rating.check(template);
  }

  @Override
  public void limit(ObjectNode request) {
    request.put("temperature", 0).put("max_tokens", 1);
    request.put("logprobs", true).put("top_logprobs", topLogprobs);
  }

  @Override
  public double score(JsonNode answer) throws Fault {
    return TopTokens.share(ChatServer.choice(answer), "yes", "no", leastMass);
  }
}
