package dev.meander.pretrain;

import dev.meander.text.ClipConfig;
import dev.meander.toybox.Toybox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The toy world's CLIP vocabulary: all bytes, and one token for each word that captions use. What
 * signs say is spelled letter by letter.
 */
final class ToyboxVocabulary {
  private static final String END_OF_WORD = "</w>";
  private static final String START = "<|startoftext|>";
  private static final String END = "<|endoftext|>";

  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final Set<String> merges = new LinkedHashSet<>();

  ToyboxVocabulary() {
    List<String> bytes = byteCharacters();
    bytes.forEach(this::add);
    bytes.forEach(b -> add(b + END_OF_WORD));
    Toybox.words().forEach(this::addWord);
    add(START);
    add(END);
  }

  private void add(String token) {
    ids.putIfAbsent(token, ids.size());
  }

  /** Merges from the front: c i, ci r, cir c, ... */
  private void addWord(String word) {
    String left = word.substring(0, 1);
    for (int i = 1; i < word.length(); i++) {
      String right = word.charAt(i) + (i == word.length() - 1 ? END_OF_WORD : "");
      merges.add(left + " " + right);
      left += right;
      add(left);
    }
  }

  int size() {
    return ids.size();
  }

  int endId() {
    return ids.get(END);
  }

  /** Writes a tokenizer directory that transformers and the engine's tokenizers load. */
  void write(Path directory, int maxLength, String pad) throws IOException {
    Files.createDirectories(directory);
    ModelWriter.JSON.writeValue(directory.resolve("vocab.json").toFile(), ids);
    List<String> lines = new ArrayList<>(List.of("#version: 0.2"));
    lines.addAll(merges);
    Files.write(directory.resolve("merges.txt"), lines);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("bos_token", START);
    config.put("eos_token", END);
    config.put("unk_token", END);
    config.put("pad_token", pad);
    config.put("model_max_length", maxLength);
    config.put("tokenizer_class", "CLIPTokenizer");
    ModelWriter.JSON.writeValue(directory.resolve("tokenizer_config.json").toFile(), config);
  }

  /** {@code c} for this vocabulary and prompts of {@code tokens} tokens. */
  ClipConfig fit(ClipConfig c, int tokens) {
    return new ClipConfig(
        size(),
        c.hiddenSize(),
        c.intermediateSize(),
        c.projectionDim(),
        c.numHiddenLayers(),
        c.numAttentionHeads(),
        tokens,
        c.hiddenAct(),
        c.layerNormEps(),
        endId());
  }

  /**
   * The 256 printable stand-ins for bytes of byte-level BPE: printable Latin-1 as itself, the
   * others from U+0100 on.
   */
  private static List<String> byteCharacters() {
    List<String> printable = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      boolean itself = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      if (itself) {
        printable.add(String.valueOf((char) b));
      } else {
        others.add(String.valueOf((char) (256 + others.size())));
      }
    }
    printable.addAll(others);
    return printable;
  }
}
