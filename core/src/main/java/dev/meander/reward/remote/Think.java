package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Variant;

/**
 * The conclusion of a model that thinks before it answers, as UnifiedReward-Think does for
 * Pref-GRPO (arXiv 2508.20751): marks for both images within {@code <think>}, then {@code
 * <answer>}.
 */
@Variant("think")
record Think(
    @Doc("The question; {prompt} stands for the images' prompt.")
        @Default(
            "Two images, Image 1 and Image 2, were made for the same text caption. Decide carefully and objectively"
                + " which is better.\n"
                + "The caption is: {prompt}\n"
                + "Within <think> and </think>, mark both images from 1 to 10, with a short reason each, for semantic"
                + " consistency (how closely the image follows the caption), aesthetics (composition, colour,"
                + " expression) and authenticity (realism and detail), and for up to two more dimensions if they"
                + " matter here; then add up the marks of each image.\n"
                + "After that write only <answer>Image 1 is better</answer> or <answer>Image 2 is better</answer>.")
        String template,
    @Doc("Tokens that the answer may have, the thought included.") @Default("4096") @Positive
        int maxTokens)
    implements Comparison {

  public Think {
    Rating.check(template);
  }

  @Override
  public void limit(ObjectNode request) {
    request.put("temperature", 0).put("max_tokens", maxTokens);
  }

  @Override
  public double first(JsonNode choice) throws Fault {
    return Conclusion.read(choice);
  }
}
