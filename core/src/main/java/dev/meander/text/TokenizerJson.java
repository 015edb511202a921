package dev.meander.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * CLIP's byte-pair tokenizer as a {@code tokenizer.json}, made from its vocabulary and merges:
 * published SD3 directories hold only those two.
 */
final class TokenizerJson {
  /** Not strict: published files are read as Python reads them. */
  static final ObjectMapper JSON = new ObjectMapper();

  private static final String WORDS =
      "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  private TokenizerJson() {}

  /**
   * The whole file.
   *
   * @param special the tokens that are cut out of the text before the merges, besides start and end
   */
  static ObjectNode of(
      Map<String, Integer> vocabulary, List<String[]> merges, List<String> special) {
    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    special.forEach(token -> addSpecial(added, token, vocabulary.get(token)));
    addSpecial(added, ClipTokenizer.START, vocabulary.get(ClipTokenizer.START));
    addSpecial(added, ClipTokenizer.END, vocabulary.get(ClipTokenizer.END));
    root.set("normalizer", normalizer());
    root.set("pre_tokenizer", preTokenizer());
    ObjectNode post = root.putObject("post_processor").put("type", "RobertaProcessing");
    post.putArray("sep").add(ClipTokenizer.END).add(vocabulary.get(ClipTokenizer.END));
    post.putArray("cls").add(ClipTokenizer.START).add(vocabulary.get(ClipTokenizer.START));
    post.put("trim_offsets", false).put("add_prefix_space", false);
    ObjectNode model =
        root.putObject("model").put("type", "BPE").put("unk_token", ClipTokenizer.END);
    model
        .put("continuing_subword_prefix", "")
        .put("end_of_word_suffix", "</w>")
        .put("fuse_unk", false);
    model.set("vocab", JSON.valueToTree(vocabulary));
    ArrayNode pairs = model.putArray("merges");
    merges.forEach(pair -> pairs.addArray().add(pair[0]).add(pair[1]));
    return root;
  }

  private static void addSpecial(ArrayNode added, String token, int id) {
    ObjectNode node =
        added.addObject().put("id", id).put("content", token).put("single_word", false);
    node.put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", true);
  }

  private static ObjectNode normalizer() {
    ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
    ArrayNode parts = sequence.putArray("normalizers");
    parts.addObject().put("type", "NFC");
    ObjectNode spaces = parts.addObject().put("type", "Replace").put("content", " ");
    spaces.putObject("pattern").put("Regex", "\\s+");
    parts.addObject().put("type", "Lowercase");
    return sequence;
  }

  private static ObjectNode preTokenizer() {
    ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
    ArrayNode parts = sequence.putArray("pretokenizers");
    ObjectNode split =
        parts.addObject().put("type", "Split").put("behavior", "Removed").put("invert", true);
    split.putObject("pattern").put("Regex", WORDS);
    ObjectNode bytes = parts.addObject().put("type", "ByteLevel").put("add_prefix_space", false);
    bytes.put("trim_offsets", true).put("use_regex", true);
    return sequence;
  }
}
