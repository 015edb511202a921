package dev.meander.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads prompt files line by line and reports every broken line together. */
final class PromptFile {
  private static final int REPORTED_LINES = 20;
  private static final String SOURCE = "source_image";
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private PromptFile() {}

  /** What one line becomes; throws {@link BrokenLine} saying what is wrong with it. */
  private interface LineParser {
    Prompt parse(String id, String line) throws BrokenLine;
  }

  private static final class BrokenLine extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenLine(String message) {
      super(message);
    }
  }

  static List<Prompt> read(Path file) {
    LineParser parser = parserFor(file);
    List<byte[]> lines = lines(file);
    List<Prompt> prompts = new ArrayList<>();
    List<String> broken = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      try {
        prompts.add(parser.parse(Integer.toString(i + 1), decode(lines.get(i), i == 0)));
      } catch (BrokenLine e) {
        broken.add(file + ":" + (i + 1) + ": " + e.getMessage());
      }
    }
    if (!broken.isEmpty()) {
      throw new UserError(report(broken));
    }
    return prompts;
  }

  private static LineParser parserFor(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".txt")) {
      return PromptFile::text;
    }
    if (name.endsWith(".jsonl")) {
      return (id, line) -> jsonObject(file, id, line);
    }
    throw new UserError(
        file + ": a prompt file ends in .txt (one prompt a line) or .jsonl (one object a line)");
  }

  private static Prompt text(String id, String line) throws BrokenLine {
    return Prompt.of(id, nonBlank(line, "the line is blank; give one prompt a line"));
  }

  private static Prompt jsonObject(Path file, String id, String line) throws BrokenLine {
    JsonNode node;
    try {
      node =
          StrictJson.MAPPER.readTree(
              nonBlank(line, "the line is blank; give one JSON object a line"));
    } catch (JsonProcessingException e) {
      throw new BrokenLine("not valid JSON: " + StrictJson.faultInLine(e));
    }
    if (!node.isObject()) {
      throw new BrokenLine("must be a JSON object with a \"prompt\"");
    }
    if (!node.path("prompt").isTextual()) {
      throw new BrokenLine("the object needs a \"prompt\" that is a string");
    }
    String prompt = nonBlank(node.get("prompt").textValue(), "\"prompt\" is blank");
    if (prompt.codePoints().anyMatch(PromptFile::isNoCharacter)) {
      throw new BrokenLine("\"prompt\" holds NUL or half a character, which no tokenizer reads");
    }
    return new Prompt(id, prompt, node, source(file, node.path(SOURCE)));
  }

  private static boolean isNoCharacter(int code) {
    return code == 0 || code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
  }

  /** The image that a line names, beside its file unless the path is absolute. */
  private static Optional<Path> source(Path file, JsonNode name) throws BrokenLine {
    if (name.isMissingNode() || name.isNull()) {
      return Optional.empty();
    }
    if (!name.isTextual()) {
      throw new BrokenLine("\"" + SOURCE + "\" must be the path of an image, found " + name);
    }
    try {
      Path source = file.resolveSibling(name.textValue());
      if (Files.isRegularFile(source)) {
        return Optional.of(source);
      }
      throw new BrokenLine("there is no file " + source + ", its \"" + SOURCE + "\"");
    } catch (InvalidPathException e) {
      throw new BrokenLine("\"" + SOURCE + "\" is no path: " + e.getMessage());
    }
  }

  /** As Python's {@code strip}: no-break spaces are spaces, too. */
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  private static String nonBlank(String text, String otherwise) throws BrokenLine {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (from < to && isSpace(text.charAt(to - 1))) {
      to--;
    }
    if (from == to) {
      throw new BrokenLine(otherwise);
    }
    return text.substring(from, to);
  }

  private static String decode(byte[] line, boolean first) throws BrokenLine {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      if (text.indexOf('\0') >= 0) {
        throw new BrokenLine("it holds a NUL character; is the file UTF-16? Save it as UTF-8");
      }
      boolean marked = first && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
      return marked ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new BrokenLine("not valid UTF-8");
    }
  }

  /** The lines without their ends; blank lines at the end of the file do not count. */
  private static List<byte[]> lines(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UserError(file + ": there is no such prompt file", e);
    } catch (IOException e) {
      throw new UserError(file + ": cannot be read: " + StrictJson.fault(e), e);
    }
    refuseOthers(file, bytes);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] >= 0 && bytes[end - 1] <= ' ') {
      end--;
    }
    List<byte[]> lines = new ArrayList<>();
    for (int start = 0; start < end; ) {
      int stop = start;
      while (stop < end && bytes[stop] != '\n' && bytes[stop] != '\r') {
        stop++;
      }
      lines.add(Arrays.copyOfRange(bytes, start, stop));
      boolean both = stop + 1 < end && bytes[stop] == '\r' && bytes[stop + 1] == '\n';
      start = stop + (both ? 2 : 1);
    }
    return lines;
  }

  /** What files begin with that hold prompts, but not as lines of text. */
  private static final Map<String, String> PACKED =
      Map.of("PAR1", "a Parquet file", "\u001f\u008b", "packed by gzip", "PK\u0003\u0004", "a ZIP");

  private static void refuseOthers(Path file, byte[] bytes) {
    String head = new String(bytes, 0, Math.min(bytes.length, 4), StandardCharsets.ISO_8859_1);
    PACKED.forEach(
        (magic, kind) -> {
          if (head.startsWith(magic)) {
            throw new UserError(
                file + ": it is " + kind + " by its first bytes; write a prompt a line as text");
          }
        });
    boolean lines = file.toString().toLowerCase(Locale.ROOT).endsWith(".jsonl");
    if (lines && head.startsWith("[")) {
      throw new UserError(
          file + ": it begins as one JSON list; write an object a line, without commas between");
    }
    boolean utf16 =
        bytes.length > 1
            && ((bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe)
                || (bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff));
    if (utf16) {
      throw new UserError(file + ": it is UTF-16 by its first bytes; save it as UTF-8");
    }
    byte[] pointer = "version https://git-lfs".getBytes(StandardCharsets.UTF_8);
    if (bytes.length > pointer.length
        && Arrays.equals(bytes, 0, pointer.length, pointer, 0, pointer.length)) {
      throw new UserError(
          file + ": it is a Git LFS pointer; fetch the real file with 'git lfs pull'");
    }
  }

  private static String report(List<String> broken) {
    if (broken.size() <= REPORTED_LINES) {
      return String.join("\n", broken);
    }
    return String.join("\n", broken.subList(0, REPORTED_LINES))
        + "\n... and "
        + (broken.size() - REPORTED_LINES)
        + " more broken lines";
  }
}
