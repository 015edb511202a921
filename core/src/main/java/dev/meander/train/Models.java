package dev.meander.train;

import dev.meander.event.Progress;
import dev.meander.model.Pipeline;
import dev.meander.model.TextEncoders;
import dev.meander.tensor.Engine;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Loads the model of a configuration: its type, its device, its text encoders. */
public final class Models {
  private Models() {}

  /** The whole model, text encoders included. */
  public static Pipeline load(TrainConfig.Model model) {
    Engine.use(model.device());
    return Pipeline.load(model.directory(), model.dtype().engine(), model.text());
  }

  /**
   * The model for work on prompts that are known: where the configuration says so, they are all
   * encoded now, or were by an earlier run, and the text encoders are gone.
   *
   * @param prompts the prompts, which are asked for only then
   */
  public static Pipeline load(
      TrainConfig.Model model, Supplier<Set<String>> prompts, Progress.Source progress) {
    if (model.textEncoders() == TrainConfig.TextMode.KEEP) {
      return load(model);
    }
    Engine.use(model.device());
    Path where =
        model.embeddings().isEmpty() ? EmbeddingCache.usual() : Path.of(model.embeddings());
    EmbeddingCache cache = EmbeddingCache.of(where, model.directory(), model.text());
    Set<String> wanted = prompts.get();
    if (!cache.missing(wanted).isEmpty()) {
      cache.alone(() -> fill(cache, wanted, model, progress));
    }
    return Pipeline.load(model.directory(), model.dtype().engine(), cache);
  }

  private static void fill(
      EmbeddingCache cache,
      Set<String> prompts,
      TrainConfig.Model model,
      Progress.Source progress) {
    List<String> missing = cache.missing(prompts);
    if (!missing.isEmpty()) {
      try (TextEncoders text = Pipeline.loadText(model.directory(), model.text())) {
        cache.fill(missing, text, progress);
      }
    }
  }
}
