package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import dev.meander.weights.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of single images and {@code metadata.jsonl}, a line for each with its prompt: what
 * {@code meander score --metadata} takes, and Hugging Face's datasets as an image folder.
 *
 * @param root the folder
 */
record ImageFolder(Path root) {
  private static final String METADATA = "metadata.jsonl";
  private static final Pattern IMAGE = Pattern.compile("[0-9]{4,}(-.*)?\\.png");
  private static final Pattern NO_NAME = Pattern.compile("[^\\p{L}\\p{N}]+");
  private static final int LONGEST = 40;

  /**
   * Checks that images can go there.
   *
   * @param overwrite whether those of an earlier time may go
   * @throws UserError when the folder is no folder, or is in use
   */
  void requireFree(boolean overwrite) {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new UserError(root + " is a file; give the name of a folder");
    }
    if (!overwrite && !entries().isEmpty()) {
      throw new UserError(
          root + " is not empty; give another folder, or replace its images with --overwrite");
    }
  }

  private List<Path> entries() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UserError("cannot list " + root + ": " + StrictJson.fault(e), e);
    }
  }

  /**
   * Writes the images in the place of those of an earlier time.
   *
   * @param prompts one for each
   * @return their files, in order
   */
  List<Path> write(List<Prompt> prompts, List<Image> images) {
    List<Path> files = new ArrayList<>();
    StringBuilder metadata = new StringBuilder();
    try {
      for (Path old : entries()) {
        String name = old.getFileName().toString();
        if (name.equals(METADATA) || IMAGE.matcher(name).matches()) {
          Files.delete(old);
        }
      }
      Files.createDirectories(root);
      int digits = Math.max(4, Integer.toString(images.size() - 1).length());
      for (int i = 0; i < images.size(); i++) {
        String number = String.format(Locale.ROOT, "%0" + digits + "d", i);
        Path file = root.resolve(number + name(prompts.get(i).text()) + ".png");
        Png.write(file, images.get(i));
        files.add(file);
        metadata.append(line(prompts.get(i), file)).append('\n');
      }
    } catch (IOException e) {
      throw new UserError("cannot write to " + root + ": " + StrictJson.fault(e), e);
    }
    AtomicFile.write(root.resolve(METADATA), metadata.toString());
    return files;
  }

  private static String name(String prompt) {
    String plain = NO_NAME.matcher(prompt.toLowerCase(Locale.ROOT)).replaceAll("-");
    String trimmed = plain.replaceAll("^-|-$", "");
    int end = trimmed.codePointCount(0, trimmed.length());
    String cut = trimmed.substring(0, trimmed.offsetByCodePoints(0, Math.min(end, LONGEST)));
    return cut.isEmpty() ? "" : "-" + cut;
  }

  /** What the prompt's own line said, and where the image lies. */
  private static ObjectNode line(Prompt prompt, Path file) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.setAll(prompt.line());
    return line.put("file_name", file.getFileName().toString());
  }
}
