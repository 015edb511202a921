package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Variant;

/**
 * How sure the model is that the image shows its prompt: {@code p(yes) / (p(yes) + p(no))} of the
 * answer's first token, after VQAScore (arXiv 2404.01291), which takes {@code p(yes)} alone.
 */
@Variant("yes_no")
record YesNo(
    @Doc("The question; {prompt} stands for the image's prompt.")
        @Default("Does this image show \"{prompt}\"? Answer with one word, yes or no.")
        String template,
    @Doc("How the answer is read.") @Flat TwoWords words)
    implements Rating {

  public YesNo {
    Rating.check(template);
  }

  @Override
  public void limit(ObjectNode request) {
    words.limit(request);
  }

  @Override
  public double score(JsonNode answer) throws Fault {
    return words.share(ChatServer.choice(answer), "yes", "no");
  }
}
