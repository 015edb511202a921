package dev.meander.internal.runs;

import dev.meander.config.ConfigFile;
import dev.meander.config.Keys;
import dev.meander.config.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * A run's resolved recipe.
 *
 * @param all every setting by its key; empty without a readable recipe
 */
public record RunSettings(Map<String, String> all) {
  static final RunSettings NONE = new RunSettings(Map.of());

  /** What a method is called by: the choices that change it most. */
  private static final List<String> METHOD =
      List.of("dynamics", "plan", "credit", "grouping", "weight", "kl");

  /** The choices that need no mention. */
  private static final List<String> USUAL = List.of("chains", "prompt", "uniform", "none");

  static RunSettings of(RunsFolder folder, Path run) {
    return folder
        .inside(run.resolve(RunsFolder.RECIPE))
        .map(file -> new RunSettings(flat(file)))
        .orElse(NONE);
  }

  /** What a file says, by {@linkplain Keys#settings key}; empty when it cannot be read. */
  static Map<String, String> flat(Path file) {
    try {
      return Keys.settings(ConfigFile.read(file));
    } catch (UserError e) {
      return Map.of(); // being written, or somebody's own
    }
  }

  /**
   * What the table shows of it.
   *
   * @param method the method in a few words
   * @param group a text that is equal for runs that differ by their seed alone
   * @param evaluation a text that is equal for runs whose evaluations draw the same prompts from
   *     the same noise
   */
  record About(String name, String seed, String method, String group, String evaluation) {}

  About about() {
    return new About(
        all.getOrDefault("name", ""),
        all.getOrDefault("seed", ""),
        method(),
        digest(key -> !key.equals("seed") && !key.equals("description")),
        digest(key -> key.startsWith("evaluation.") || key.startsWith("model.")));
  }

  private String method() {
    List<String> words = new ArrayList<>();
    for (String key : METHOD) {
      String word = all.getOrDefault("method." + key + ".type", all.get("method." + key));
      if (word != null && !USUAL.contains(word)) {
        words.add(word);
      }
    }
    return String.join(" · ", words);
  }

  private String digest(Predicate<String> keys) {
    if (all.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    all.forEach(
        (key, value) -> {
          if (keys.test(key)) {
            text.append(key).append('=').append(value).append('\n');
          }
        });
    return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }
}
