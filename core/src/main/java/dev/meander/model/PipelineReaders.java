package dev.meander.model;

import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The families of models that {@link ServiceLoader} finds on the class path. */
final class PipelineReaders {
  private PipelineReaders() {}

  /**
   * The family that a directory belongs to.
   *
   * @throws UserError when no family, or more than one, reads its class
   */
  static PipelineReader of(ModelDirectory directory) {
    return choose(directory, all());
  }

  static PipelineReader choose(ModelDirectory directory, List<PipelineReader> all) {
    String name = directory.kind();
    List<PipelineReader> found = all.stream().filter(r -> r.className().equals(name)).toList();
    if (found.size() > 1) {
      throw new UserError(
          "%s cannot be loaded: more than one model family reads %s: %s; keep one of them on the class path"
              .formatted(
                  directory.path(),
                  name,
                  found.stream()
                      .map(r -> r.getClass().getName())
                      .collect(Collectors.joining(", "))));
    }
    if (found.isEmpty()) {
      throw new UserError(
          "%s is a model that Meander does not know: _class_name in model_index.json must be %s, found %s"
              .formatted(
                  directory.path(),
                  all.stream()
                      .map(PipelineReader::className)
                      .distinct()
                      .sorted()
                      .collect(Collectors.joining(" or ")),
                  directory.index().path("_class_name")));
    }
    return found.get(0);
  }

  private static List<PipelineReader> all() {
    List<PipelineReader> all = new ArrayList<>();
    try {
      ServiceLoader.load(PipelineReader.class).forEach(all::add);
    } catch (ServiceConfigurationError e) {
      throw new UserError("a model family on the class path cannot be used: " + e.getMessage(), e);
    }
    return all;
  }
}
