package dev.meander.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Problems;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The index of a checkpoint that is split over several safetensors files. */
final class ShardIndex {
  private static final List<String> USUAL_NAMES =
      List.of(
          "diffusion_pytorch_model.safetensors.index.json",
          "diffusion_pytorch_model.safetensors",
          "model.safetensors.index.json",
          "model.safetensors");

  private static final List<Pattern> VARIANTS =
      Stream.of(
              "\\.([^.]+)\\.safetensors\\.index\\.json",
              "\\.safetensors\\.index\\.([^.]+)\\.json",
              "\\.([^.]+)\\.safetensors")
          .map(end -> Pattern.compile("(?:diffusion_pytorch_model|model)" + end))
          .toList();

  private static final Pattern NUMBERED = Pattern.compile("(.+)-\\d{5}-of-(\\d{5})\\.safetensors");

  private static final int MOST_MISSING = 20;

  private ShardIndex() {}

  /** The weights in a model's directory: under a usual name, or the only safetensors file. */
  static Path findIn(Path directory) {
    for (String name : USUAL_NAMES) {
      if (Files.isRegularFile(directory.resolve(name))) {
        return directory.resolve(name);
      }
    }
    Optional<Path> variant = variant(directory);
    if (variant.isPresent()) {
      return variant.get();
    }
    List<Path> candidates =
        Folder.list(directory).stream().filter(p -> p.toString().endsWith(".safetensors")).toList();
    Optional<String> shards = withoutIndex(directory, candidates);
    if (shards.isPresent()) {
      throw new UserError(shards.get());
    }
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    throw new UserError(
        candidates.isEmpty()
            ? directory + " holds no .safetensors file" + Pickles.found(directory)
            : "%s holds several .safetensors files and none under a usual name: %s; rename the one that is meant to %s"
                .formatted(directory, names(candidates), USUAL_NAMES.get(1)));
  }

  /** What to say of shards alone. */
  private static Optional<String> withoutIndex(Path directory, List<Path> candidates) {
    Map<String, Integer> found = new TreeMap<>();
    Map<String, String> counts = new TreeMap<>();
    for (String name : names(candidates)) {
      Matcher numbered = NUMBERED.matcher(name);
      if (!numbered.matches()) {
        return Optional.empty();
      }
      found.merge(numbered.group(1), 1, Integer::sum);
      counts.put(numbered.group(1), numbered.group(2));
    }
    return found.entrySet().stream()
        .filter(e -> Integer.parseInt(counts.get(e.getKey())) > 1)
        .findFirst()
        .map(
            e ->
                "%s holds %d of %d shards of %s and no index, which says what is in which: fetch %s.safetensors.index.json from where the shards are from, too"
                    .formatted(
                        directory,
                        e.getValue(),
                        Integer.parseInt(counts.get(e.getKey())),
                        e.getKey(),
                        e.getKey()));
  }

  /** What diffusers finds with {@code variant}, where only one is there. */
  private static Optional<Path> variant(Path directory) {
    Map<String, Path> found = new TreeMap<>();
    for (Path file : Folder.list(directory)) {
      String name = file.getFileName().toString();
      for (Pattern form : VARIANTS) {
        Matcher matcher = form.matcher(name);
        if (matcher.matches() && !NUMBERED.matcher(name).matches()) {
          boolean index = name.endsWith(".json");
          if (index || !found.containsKey(matcher.group(1))) {
            found.put(matcher.group(1), file);
          }
        }
      }
    }
    if (found.size() > 1) {
      throw new UserError(
          "%s holds several variants of its weights, %s; rename the files of one to their names without the variant, or keep only one"
              .formatted(directory, String.join(", ", found.keySet())));
    }
    return found.values().stream().findFirst();
  }

  private static List<String> names(List<Path> paths) {
    return paths.stream().map(p -> p.getFileName().toString()).toList();
  }

  /**
   * Reads the index.
   *
   * @return file name by tensor name
   */
  static Map<String, String> read(Path index) {
    JsonNode map = tree(index).path("weight_map");
    if (!map.isObject()) {
      throw new UserError(index + " has no object weight_map (tensor name to file name)");
    }
    Map<String, String> shardOf = new TreeMap<>();
    Problems problems = new Problems();
    for (Map.Entry<String, JsonNode> field : map.properties()) {
      if (isPlainName(field.getValue())) {
        shardOf.put(field.getKey(), field.getValue().textValue());
      } else {
        problems.add(
            "weight_map key '%s' must name a file beside the index, found %s"
                .formatted(field.getKey(), field.getValue()));
      }
    }
    missingShards(Set.copyOf(shardOf.values())).forEach(problems::add);
    problems.throwIfAny(index + " is not a valid index");
    return shardOf;
  }

  /**
   * Files numbered "2 of 3" of which the index names others: a third of the weights would be lost.
   */
  private static List<String> missingShards(Set<String> named) {
    Set<String> missing = new TreeSet<>();
    for (String name : named) {
      Matcher numbered = NUMBERED.matcher(name);
      if (numbered.matches()) {
        int count = Integer.parseInt(numbered.group(2));
        for (int i = 1; i <= count && missing.size() < MOST_MISSING; i++) {
          String other = "%s-%05d-of-%05d.safetensors".formatted(numbered.group(1), i, count);
          if (!named.contains(other)) {
            missing.add(other);
          }
        }
      }
    }
    return missing.stream()
        .map(
            name ->
                "no tensor is in %s; the index names only %s"
                    .formatted(name, String.join(", ", new TreeSet<>(named))))
        .toList();
  }

  private static JsonNode tree(Path index) {
    try {
      return StrictJson.MAPPER.readTree(Files.readAllBytes(index));
    } catch (NoSuchFileException e) {
      throw new UserError("there is no file " + index, e);
    } catch (JsonProcessingException e) {
      throw new UserError(index + " is not valid JSON: " + StrictJson.fault(e), e);
    } catch (CharConversionException e) {
      throw new UserError(index + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new UserError("cannot read " + index + ": " + StrictJson.fault(e), e);
    }
  }

  private static boolean isPath(String name) {
    try {
      return !Path.of(name).toString().isEmpty();
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** An index from elsewhere must not reach outside of its directory. */
  private static boolean isPlainName(JsonNode node) {
    String name = node.isTextual() ? node.textValue() : "";
    return !name.isEmpty()
        && isPath(name)
        && !name.contains("/")
        && !name.contains("\\")
        && !name.equals("..")
        && !name.equals(".");
  }
}
