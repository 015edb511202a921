package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Variant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mark from 1 to 5, as a score {@code (mark - 1) / 4}.
 *
 * <p>With {@code expected} the mark is its mean under the model's own probabilities (G-Eval, arXiv
 * 2303.16634, equation 1), which tells images apart that get the same mark.
 */
@Variant("rubric")
record Rubric(
    @Doc("The question; {prompt} stands for the image's prompt.")
        @Default(
            "How well does this image show \"{prompt}\"? 1: not at all. 2: a little. 3: in part. 4: almost. 5:"
                + " completely. Answer with one digit, 1 to 5, and nothing else.")
        String template,
    @Doc("Weigh the marks with their probabilities; needs a server that gives log-probabilities.")
        @Default("false")
        boolean expected,
    @Doc("Tokens that the answer may have.") @Default("8") @Positive int maxTokens)
    implements Rating {
  /** A mark and nothing else but these labels; signs, fractions and sentences are none. */
  private static final Pattern MARK =
      Pattern.compile(
          "(?i)\\s*(?:\\{\\s*)?"
              + "(?:(?:(?:the|my|final|overall)\\s+)*(?:score|mark|rating|grade|answer)\\s*(?:is|[:=])?\\s*)?"
              + "([1-5])(?:\\s*(?:/|out\\s+of)\\s*5)?\\s*[.]?\\s*(?:\\}\\s*)?");

  private static final Pattern MARKUP = Pattern.compile("[*_`#\"']");
  private static final Pattern DIGIT = Pattern.compile("[1-5]");

  private static final int LONGEST = 200;
  private static final int TOP = 20;

  public Rubric {
    Rating.check(template);
  }

  @Override
  public void limit(ObjectNode request) {
    request.put("temperature", 0).put("max_tokens", maxTokens);
    if (expected) {
      request.put("logprobs", true).put("top_logprobs", TOP);
    }
  }

  @Override
  public double score(JsonNode answer) throws Fault {
    JsonNode choice = ChatServer.choice(answer);
    return ((expected ? mean(choice) : mark(choice)) - 1) / 4;
  }

  /** What the whole answer says. */
  private static double mark(JsonNode choice) throws Fault {
    Thought.refuse(choice);
    String text = ChatServer.whole(choice, "single mark from 1 to 5");
    Matcher mark = MARK.matcher(MARKUP.matcher(text).replaceAll(""));
    if (text.length() > LONGEST || !mark.matches()) { // the pattern tries long texts many times
      throw Fault.passing(
          "answered no single mark from 1 to 5 and nothing else: " + Excerpt.of(text));
    }
    return Double.parseDouble(mark.group(1));
  }

  private static double mean(JsonNode choice) throws Fault {
    mark(choice); // probabilities of a digit in a sentence are no judgement either
    for (TopTokens token : TopTokens.of(choice)) {
      if (DIGIT.matcher(TopTokens.word(token.token())).matches()) {
        return mean(token.words());
      }
    }
    throw Fault.passing(
        "answered no mark from 1 to 5 with log-probabilities: " + Excerpt.of(choice.toString()));
  }

  private static double mean(Map<String, Double> words) throws Fault {
    double mass = 0;
    double sum = 0;
    for (int mark = 1; mark <= 5; mark++) {
      double p = words.getOrDefault(Integer.toString(mark), 0.0);
      mass += p;
      sum += mark * p;
    }
    if (!(mass > 0)) {
      throw Fault.passing("answered no mark from 1 to 5, but probably " + words.keySet());
    }
    return sum / mass;
  }
}
