package dev.meander.weights;

import dev.meander.config.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checkpoints in Python's pickle format, which are never read: they can run any code. */
final class Pickles {
  private static final Pattern NAME =
      Pattern.compile(".*\\.(bin|ckpt|pt|pth|pkl|bin\\.index\\.json)");
  private static final String REFUSED =
      "%s is a pickle checkpoint, which can run any code and is never read; save it as safetensors where"
          + " you trust it, for example python -c \"from diffusers import DiffusionPipeline;"
          + " DiffusionPipeline.from_pretrained('MODEL').save_pretrained('CONVERTED')\"";

  private Pickles() {}

  /**
   * Refuses a file by its name.
   *
   * @throws UserError with the way to convert it
   */
  static void refuse(Path path) {
    if (!Files.isDirectory(path) && NAME.matcher(path.getFileName().toString()).matches()) {
      throw new UserError(REFUSED.formatted(path));
    }
  }

  /** What to say of the pickles in a directory without anything better; empty when it has none. */
  static String found(Path directory) {
    List<String> names =
        Folder.list(directory).stream().map(p -> p.getFileName().toString()).toList();
    Optional<String> pickle = names.stream().filter(n -> NAME.matcher(n).matches()).findFirst();
    if (pickle.isPresent()) {
      return "; " + REFUSED.formatted(pickle.get());
    }
    return names.isEmpty() ? "; it is empty" : "; found " + String.join(", ", names);
  }
}
