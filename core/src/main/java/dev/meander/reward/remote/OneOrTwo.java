package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Variant;

/** How sure the model is of the first image: {@code p(1) / (p(1) + p(2))} of its first token. */
@Variant("one_or_two")
record OneOrTwo(
    @Doc("The question; {prompt} stands for the images' prompt.")
        @Default(
            "Which of these two images is the better picture of \"{prompt}\"? Answer with one digit, 1 or 2, and"
                + " nothing else.")
        String template,
    @Doc("How the answer is read.") @Flat TwoWords words)
    implements Comparison {

  public OneOrTwo {
    Rating.check(template);
  }

  @Override
  public void limit(ObjectNode request) {
    words.limit(request);
  }

  @Override
  public double first(JsonNode choice) throws Fault {
    return words.share(choice, "1", "2");
  }
}
