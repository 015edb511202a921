package dev.meander.cli.inspect;

import dev.meander.config.UserError;
import dev.meander.weights.Folder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Recognises what lies at a path by the files that only it has. */
public final class Inspection {
  private Inspection() {}

  /**
   * Describes what lies at {@code path}.
   *
   * @throws UserError when there is nothing, nothing known, or something damaged
   */
  public static Finding of(Path path) {
    if (!Files.exists(path)) {
      throw new UserError("there is nothing at " + path);
    }
    if (!Files.isDirectory(path)) {
      return TensorFiles.inspect(path);
    }
    if (has(path, "state.json")) {
      return Checkpointed.inspect(path);
    } else if (has(path, "recipe.yaml")) {
      return Run.inspect(path);
    } else if (has(path, "model_index.json")) {
      return Model.inspect(path);
    } else if (has(path, Adapter.PEFT) || has(path, Adapter.DIFFUSERS)) {
      return Adapter.inspect(path);
    } else if (hasTensors(path)) {
      return TensorFiles.inspect(path);
    }
    throw new UserError(
        path
            + " holds nothing known: no model (model_index.json), adapter (adapter_config.json), run"
            + " (recipe.yaml), checkpoint (state.json) or safetensors file");
  }

  private static boolean has(Path directory, String file) {
    return Files.isRegularFile(directory.resolve(file));
  }

  private static boolean hasTensors(Path directory) {
    return Folder.list(directory).stream().anyMatch(f -> f.toString().endsWith(".safetensors"));
  }
}
