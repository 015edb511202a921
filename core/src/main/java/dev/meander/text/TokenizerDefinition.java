package dev.meander.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * A {@code tokenizer.json} before the library sees it: what the library would end the process on is
 * refused, and what encoding does not need is left out.
 */
final class TokenizerDefinition {
  private static final List<String> UNUSED = List.of("decoder", "padding", "truncation");

  private static final Set<String> STEPS =
      Set.of(
          "BertNormalizer",
          "BertPreTokenizer",
          "BertProcessing",
          "ByteLevel",
          "Digits",
          "Lowercase",
          "Metaspace",
          "NFC",
          "NFD",
          "NFKC",
          "NFKD",
          "Nmt",
          "Precompiled",
          "Prepend",
          "Punctuation",
          "Replace",
          "RobertaProcessing",
          "Split",
          "Strip",
          "StripAccents",
          "TemplateProcessing",
          "Whitespace",
          "WhitespaceSplit");

  private static final int MOST_DEPTH = 40;

  private TokenizerDefinition() {}

  /**
   * The definition that the library may see.
   *
   * @throws IOException saying what is wrong
   */
  static ObjectNode checked(JsonNode definition) throws IOException {
    if (!(definition instanceof ObjectNode)) {
      throw new IOException("it must be a JSON object");
    }
    checkValues(definition, 0);
    ObjectNode checked = definition.deepCopy();
    UNUSED.forEach(checked::putNull);
    checkSteps(checked.path("normalizer"), "normalizers");
    checkSteps(checked.path("pre_tokenizer"), "pretokenizers");
    checkSteps(checked.path("post_processor"), "processors");
    JsonNode prefix = checked.path("model").path("continuing_subword_prefix");
    if (checked.path("model").path("type").asText().equals("BPE")
        && !prefix.asText("").isEmpty()
        && !prefix.isNull()) {
      throw new IOException("continuing_subword_prefix must be empty, found " + prefix);
    }
    for (JsonNode token : checked.path("added_tokens")) {
      if (token.path("content").asText("").isEmpty()) {
        throw new IOException("an added token has no content");
      }
    }
    return checked;
  }

  /** What the library's own JSON reader cannot take. */
  private static void checkValues(JsonNode node, int depth) throws IOException {
    if (depth > MOST_DEPTH) {
      throw new IOException("it is nested deeper than %d levels".formatted(MOST_DEPTH));
    }
    if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      throw new IOException("it has a number beyond all numbers");
    }
    for (JsonNode part : node) {
      checkValues(part, depth + 1);
    }
  }

  private static void checkSteps(JsonNode step, String parts) throws IOException {
    if (step.isMissingNode() || step.isNull()) {
      return;
    }
    String type = step.path("type").asText();
    if (type.equals("Sequence")) {
      for (JsonNode part : step.path(parts)) {
        checkSteps(part, parts);
      }
    } else if (!STEPS.contains(type)) {
      throw new IOException("a step of the type %s is not known here".formatted(step.path("type")));
    } else if (type.equals("TemplateProcessing")) {
      checkTemplate(step.path("single"), "A", step.path("special_tokens"));
      checkTemplate(step.path("pair"), "AB", step.path("special_tokens"));
    }
  }

  /** Every piece must be a text that there is, or a special token that is described. */
  private static void checkTemplate(JsonNode pieces, String texts, JsonNode special)
      throws IOException {
    for (JsonNode piece : pieces) {
      String text = piece.path("Sequence").path("id").asText("A");
      String token = piece.path("SpecialToken").path("id").asText("");
      JsonNode described = special.path(token);
      int tokens = described.path("tokens").size();
      boolean whole = tokens > 0 && tokens == described.path("ids").size();
      if (!texts.contains(text) || (piece.has("SpecialToken") && !whole)) {
        throw new IOException(
            "post_processor has a piece that special_tokens does not describe: " + piece);
      }
    }
  }
}
