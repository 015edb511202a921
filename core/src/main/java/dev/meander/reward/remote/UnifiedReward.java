package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.Variant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * UnifiedReward's marks for alignment, coherence and style (arXiv 2503.05236, version 2), 1 to 5
 * each, as {@code (mark - 1) / 4} of their weighted mean; what lies below 1 counts as 1.
 */
@Variant("unified_reward")
record UnifiedReward(
    @Doc(
            "The question; {prompt} stands for the image's prompt. It must ask for the lines that UnifiedReward"
                + " answers with.")
        @Default(
            "Judge a generated image by the text caption that it was made for. Give three marks from 1 to 5:\n"
                + "- Alignment Score: how well the image shows what the caption says.\n"
                + "- Coherence Score: how free the image is of distortions, glitches and things that cannot be.\n"
                + "- Style Score: how appealing the image looks, whatever the caption says.\n\n"
                + "Answer with these three lines and nothing else:\n\n"
                + "Alignment Score (1-5): X\nCoherence Score (1-5): Y\nStyle Score (1-5): Z\n\n"
                + "Text Caption: [{prompt}]")
        String template,
    @Doc("How much alignment counts.") @Default("1.0") @Range(min = 0) double alignment,
    @Doc("How much coherence counts.") @Default("1.0") @Range(min = 0) double coherence,
    @Doc("How much style counts.") @Default("1.0") @Range(min = 0) double style,
    @Doc("Tokens that the answer may have.") @Default("128") @Positive int maxTokens)
    implements Rating {
  private static final Pattern LINE =
      Pattern.compile(
          "(?i)\\s*-?\\s*(alignment|coherence|style) score\\s*(?:\\(1-5\\))?\\s*:\\s*"
              + "([0-9]+(?:\\.[0-9]+)?)\\s*(?:/\\s*5)?\\s*");

  private static final Pattern MARKUP = Pattern.compile("[*_`#\"']");
  private static final int LONGEST = 400;
  private static final double MOST = 5;

  public UnifiedReward {
    Rating.check(template);
    if (!(alignment + coherence + style > 0)) {
      throw new IllegalArgumentException(
          "alignment, coherence and style are all 0: at least one must count");
    }
  }

  @Override
  public void limit(ObjectNode request) {
    request.put("temperature", 0).put("max_tokens", maxTokens);
  }

  @Override
  public double score(JsonNode answer) throws Fault {
    JsonNode choice = ChatServer.choice(answer);
    Thought.refuse(choice);
    String text = ChatServer.whole(choice, "three marks");
    if (text.length() > LONGEST) { // the pattern tries long texts many times
      throw other(text);
    }
    Map<String, Double> marks = new LinkedHashMap<>();
    for (String line : MARKUP.matcher(text).replaceAll("").split("\n")) {
      Matcher mark = LINE.matcher(line);
      boolean said = mark.matches();
      if (said
          ? marks.put(mark.group(1).toLowerCase(Locale.ROOT), mark(mark)) != null
          : !line.isBlank()) {
        throw other(text);
      }
    }
    if (marks.size() != 3) {
      throw other(text);
    }
    double mean =
        (alignment * marks.get("alignment")
                + coherence * marks.get("coherence")
                + style * marks.get("style"))
            / (alignment + coherence + style);
    return (mean - 1) / (MOST - 1);
  }

  private static double mark(Matcher line) throws Fault {
    double mark = Double.parseDouble(line.group(2));
    if (!(mark <= MOST)) {
      throw Fault.passing("answered a mark above 5: " + Excerpt.of(line.group()));
    }
    return Math.max(1, mark);
  }

  private static Fault other(String text) {
    return Fault.passing(
        "answered something else than one Alignment, one Coherence and one Style Score: "
            + Excerpt.of(text));
  }
}
