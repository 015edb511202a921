package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Variant;

/**
 * A model with a head of numbers in the place of words, such as HPSv3 (arXiv 2508.03789), whose two
 * are mean and deviation of the preference: the score is one of them as it is. It is asked in the
 * form of a chat at vLLM's {@code /pooling} or {@code /classify}.
 */
@Variant("hpsv3")
record HpsV3(
    @Doc("What the model reads after the image; {prompt} stands for the image's prompt.")
        @Default(
            "Judge a generated image by its visual quality and by how well it shows its prompt, and give an overall"
                + " score from 0 to 10 of how much people would prefer it. Visual quality: no errors of anatomy or"
                + " logic, sharpness, richness of detail, aesthetics and creativity, safety. Alignment: subjects,"
                + " style, context and attributes as the prompt has them.\n"
                + "Textual prompt - {prompt}\n\n\n\n"
                + "Please provide the overall ratings of this image: <|Reward|>\n\nEND\n")
        String template,
    @Doc("What is asked, after the endpoint's address: /pooling or /classify.") @Default("/pooling")
        String path,
    @Doc("Which of the numbers is the score, from 0; HPSv3's first is the mean.")
        @Default("0")
        @Range(min = 0, max = 4096)
        int index)
    implements Rating {

  public HpsV3 {
    Rating.check(template);
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path must begin with a slash, as /pooling does");
    }
  }

  @Override
  public void limit(ObjectNode request) {
    request.put("encoding_format", "float");
  }

  @Override
  public double score(JsonNode answer) throws Fault {
    JsonNode data = answer.path("data");
    if (data.size() != 1) {
      throw Fault.passing(
          "answered %d results instead of one: %s"
              .formatted(data.size(), Excerpt.of(answer.toString())));
    }
    JsonNode numbers = numbers(data.get(0));
    if (numbers.path(0).isArray()) {
      numbers = numbers.path(numbers.size() - 1); // one row a token: the last has seen all
    }
    JsonNode score = numbers.path(index);
    if (!score.isNumber() || !Float.isFinite((float) score.doubleValue())) {
      throw Fault.passing(
          "answered no finite number at index %d: %s"
              .formatted(index, Excerpt.of(answer.toString())));
    }
    return score.doubleValue();
  }

  private static JsonNode numbers(JsonNode result) {
    for (String key : new String[] {"data", "probs", "embedding"}) {
      if (result.path(key).isArray()) {
        return result.path(key);
      }
    }
    return Json.MISSING;
  }
}
