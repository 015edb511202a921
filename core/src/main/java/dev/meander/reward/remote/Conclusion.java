package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Variant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** UnifiedReward's pairwise conclusion (arXiv 2503.05236): one image is better, or both are. */
@Variant("conclusion")
record Conclusion(
    @Doc(
            "The question; {prompt} stands for the images' prompt. It must ask for one of the conclusions in English.")
        @Default(
            "Two images, Image 1 and Image 2, were made for the same text caption. Compare them by two criteria.\n"
                + "1. Alignment with the caption: its objects, their attributes and how they stand to each other.\n"
                + "2. Overall quality: clarity, detail, colour and appeal.\n"
                + "End with one of these conclusions: \"Image 1 is better.\", \"Image 2 is better.\" or \"Both"
                + " images are equally good.\"\n"
                + "Text Caption: [{prompt}]")
        String template,
    @Doc("Tokens that the answer may have.") @Default("512") @Positive int maxTokens)
    implements Comparison {
  private static final String CONCLUSION =
      "(image 1 is better|image 2 is better|both images are equally good)(?: than image [12])?";

  /** A conclusion as the last sentence. */
  private static final Pattern LAST =
      Pattern.compile("(?is)(?:.*[.:!?\\n])?\\s*" + CONCLUSION + "\\s*[.!]?\\s*");

  /** A conclusion and nothing else, where the model was told to mark it. */
  private static final Pattern MARKED =
      Pattern.compile("(?is)\\s*<answer>\\s*" + CONCLUSION + "\\s*[.!]?\\s*</answer>\\s*");

  private static final Pattern MARKUP = Pattern.compile("[*_`#\"']");
  private static final int LONGEST = 1000;
  private static final String THOUGHT_ENDS = "</think>";

  public Conclusion {
    Rating.check(template);
  }

  @Override
  public void limit(ObjectNode request) {
    request.put("temperature", 0).put("max_tokens", maxTokens);
  }

  @Override
  public double first(JsonNode choice) throws Fault {
    return read(choice);
  }

  /** What the whole answer concludes, after any thought. */
  static double read(JsonNode choice) throws Fault {
    String text = ChatServer.whole(choice, "conclusion");
    int thought = text.lastIndexOf(THOUGHT_ENDS);
    if (thought < 0) {
      Thought.refuse(choice);
    }
    String after = thought < 0 ? text : text.substring(thought + THOUGHT_ENDS.length());
    String said = end(MARKUP.matcher(after).replaceAll(""));
    Matcher marked = MARKED.matcher(said);
    Matcher last = LAST.matcher(said);
    if (marked.matches()) {
      return value(marked.group(1));
    }
    if (last.matches()) {
      return value(last.group(1));
    }
    throw Fault.passing(
        "answered without the conclusion that one image is better or both are equally good: "
            + Excerpt.of(text));
  }

  /** The patterns try long texts many times, and conclusions are short. */
  private static String end(String text) {
    return text.length() <= LONGEST ? text : "..., " + text.substring(text.length() - LONGEST);
  }

  private static double value(String conclusion) {
    return switch (conclusion.toLowerCase(Locale.ROOT)) {
      case "image 1 is better" -> 1;
      case "image 2 is better" -> 0;
      default -> 0.5;
    };
  }
}
