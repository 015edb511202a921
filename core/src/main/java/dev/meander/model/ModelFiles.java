package dev.meander.model;

import dev.meander.config.UserError;
import dev.meander.weights.Folder;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files that a model in diffusers' layout is loaded from, found as loading finds them, links
 * followed: what keys and records of a model are made of.
 */
public final class ModelFiles {
  private static final List<String> OF_ALL = List.of("model_index.json", "meander.json");
  private static final List<String> OF_PARTS = List.of(".json", ".txt", ".model");
  private static final String INDEX = ".index.json";
  private static final String WEIGHTS = ".safetensors";

  private ModelFiles() {}

  /**
   * Every file by its name within the model ({@code text_encoder/config.json}), sorted.
   *
   * @throws UserError when there are none: then this is no model, or cannot be read
   */
  public static SortedMap<String, Path> of(Path model) {
    SortedMap<String, Path> files = new TreeMap<>();
    for (Path entry : Folder.list(model)) {
      String name = entry.getFileName().toString();
      if (Files.isDirectory(entry)) {
        part(entry).forEach((file, path) -> files.put(name + "/" + file, path));
      } else if (OF_ALL.contains(name)) {
        files.put(name, entry);
      }
    }
    if (files.isEmpty()) {
      throw new UserError(model + " holds no files of a model in diffusers' layout");
    }
    return Collections.unmodifiableSortedMap(files);
  }

  private static SortedMap<String, Path> part(Path directory) {
    SortedMap<String, Path> files = new TreeMap<>();
    boolean weights = false;
    for (Path file : Folder.list(directory)) {
      String name = file.getFileName().toString();
      boolean settings = OF_PARTS.stream().anyMatch(name::endsWith) && !name.endsWith(INDEX);
      if (settings && Files.isRegularFile(file)) {
        files.put(name, file);
      }
      weights |= name.endsWith(WEIGHTS) || name.endsWith(INDEX);
    }
    if (weights) {
      TensorStore.files(directory).forEach(f -> files.put(f.getFileName().toString(), f));
    }
    return files;
  }
}
