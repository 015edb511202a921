package dev.meander.nn;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint in its run: tensors here, alpha in the run's recipe, or with the adapter that the
 * run started from.
 *
 * @param weights the moving average where the run keeps one, as in its adapter; else the policy; or
 *     the file that was named
 * @param lora the recipe's {@code policy.lora}
 * @param start the configuration of the adapter that the run started from
 */
record RunCheckpoint(Path weights, JsonNode lora, Optional<Path> start) {
  private static final List<String> FILES = List.of("ema.safetensors", "policy.safetensors");
  private static final String STATE = "state.json";
  private static final String RECIPE = "recipe.yaml";
  private static final String START = "adapter-start";

  /**
   * The checkpoint at a path, a directory or one of its files; nothing when there is none, or its
   * recipe is not where a run has it.
   *
   * @throws UserError when the run trains all weights
   */
  static Optional<RunCheckpoint> at(Path path) {
    Path directory = path.toAbsolutePath();
    Optional<Path> weights = Optional.empty();
    if (Files.isDirectory(path)) {
      weights = FILES.stream().map(path::resolve).filter(Files::isRegularFile).findFirst();
    } else if (isNamedAsOne(path)) {
      directory = directory.getParent();
      weights = Optional.of(path);
    }
    if (weights.isEmpty() || !Files.isRegularFile(directory.resolve(STATE))) {
      return Optional.empty();
    }
    Path recipe = directory.resolve("../..").normalize().resolve(RECIPE);
    if (!Files.isRegularFile(recipe)) {
      if (Files.isDirectory(path)) {
        throw new UserError(
            "%s is a checkpoint, whose alpha stands in the recipe.yaml of its run, but there is no %s; name RUN/checkpoints/step-N within the run, or RUN/adapter"
                .formatted(path, recipe));
      }
      return Optional.empty(); // its header may say alpha
    }
    JsonNode policy = ConfigFile.read(recipe).path("policy");
    JsonNode lora = policy.path("lora");
    Path start = recipe.resolveSibling(START).resolve(LoraFiles.CONFIG);
    if (lora.path("from").isTextual() && Files.isRegularFile(start)) {
      return Optional.of(new RunCheckpoint(weights.get(), lora, Optional.of(start)));
    }
    if (!(lora.path("alpha").asDouble() > 0)
        || Double.isInfinite(lora.path("alpha").asDouble())
        || !lora.path("rank").isInt()) {
      throw new UserError(
          "%s: its run has no policy.lora with rank and alpha (%s), but %s"
              .formatted(path, recipe, policy));
    }
    return Optional.of(new RunCheckpoint(weights.get(), lora, Optional.empty()));
  }

  /** Whether a file has the name of a checkpoint's policy. */
  static boolean isNamedAsOne(Path file) {
    return FILES.contains(file.getFileName().toString());
  }

  /** The alpha of a layer: the recipe has one for all, as the tensors have one rank. */
  double alpha(String layer, int rank) {
    if (rank != lora.path("rank").asInt()) {
      throw new UserError(
          "%s: %s has rank %d, but the run's recipe says %d"
              .formatted(weights, layer, rank, lora.path("rank").asInt()));
    }
    return lora.path("alpha").asDouble();
  }
}
