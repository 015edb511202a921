package dev.meander.internal.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A checkpoint whose files were all found undamaged.
 *
 * @param directory where it lies
 * @param step the training step after which it was saved
 * @param state what the trainer put there beside the tensors
 */
public record Checkpoint(Path directory, long step, ObjectNode state) {
  static final int FORMAT = 1;
  static final String STATE = "state.json";
  static final String SUFFIX = ".safetensors";

  /**
   * Opens a checkpoint and compares every file with its hash.
   *
   * @throws UserError saying what is missing or damaged
   */
  public static Checkpoint open(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new UserError("there is no checkpoint directory " + directory);
    }
    Problems problems = new Problems();
    Sha256Sums.verify(directory, problems);
    problems.throwIfAny("the checkpoint " + directory + " cannot be used");
    ObjectNode root = ConfigFile.read(directory.resolve(STATE));
    JsonNode format = root.path("format");
    if (format.asInt() != FORMAT || !(root.get("state") instanceof ObjectNode state)) {
      throw new UserError(
          "the checkpoint %s has format %s, this program reads format %s"
              .formatted(directory, format.isMissingNode() ? "unknown" : format, FORMAT));
    }
    return new Checkpoint(directory, root.path("step").asLong(), state);
  }

  /**
   * A group of tensors in the types that they were saved in; they belong to the caller and to the
   * innermost open scope.
   *
   * @throws UserError when there is no such group
   */
  public Map<String, Tensor> tensors(String group) {
    try (TensorStore store = TensorStore.open(directory.resolve(group + SUFFIX))) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      store.names().forEach(name -> tensors.put(name, store.tensor(name)));
      return tensors;
    }
  }
}
