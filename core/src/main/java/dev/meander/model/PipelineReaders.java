package dev.meander.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import java.util.List;
import java.util.stream.Collectors;

/** The families of models that {@link java.util.ServiceLoader} finds on the class path. */
final class PipelineReaders {
  private PipelineReaders() {}

  /**
   * The family that a directory belongs to.
   *
   * @throws UserError when no family, or more than one, reads its class, or one cannot be made
   */
  static PipelineReader of(ModelDirectory directory) {
    return choose(directory, Extensions.load(PipelineReader.class));
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
                      .map(r -> Extensions.named(r.getClass()))
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
                  found(directory.index().path("_class_name"))));
    }
    return found.get(0);
  }

  private static String found(JsonNode name) {
    return name.isMissingNode() || name.isNull() ? "nothing" : name.toString();
  }
}
