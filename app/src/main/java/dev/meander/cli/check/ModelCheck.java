package dev.meander.cli.check;

import dev.meander.config.UserError;
import dev.meander.model.ModelSizes;
import dev.meander.model.PublishedWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model directory and its parts, by their settings and the headers of their weights. */
final class ModelCheck implements Check {
  @Override
  public String subject() {
    return "model";
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    Path directory = rehearsal.config().model().directory();
    Optional<PublishedWeights> published = PublishedWeights.named(directory);
    if (published.isPresent() && !Files.exists(directory)) {
      rehearsal.pipeline().withhold("is not there");
      return List.of(
          Line.problem(
              subject(),
              "there is no %s (%s)".formatted(directory, published.get().title()),
              published.get().download(directory)));
    }
    try {
      return List.of(Line.ok(subject(), directory + ": " + parts(rehearsal.sizes().get())));
    } catch (UserError e) {
      rehearsal.pipeline().withhold("cannot be loaded");
      String remedy =
          published
              .map(p -> "a download that broke off is continued: " + p.download(directory))
              .orElse("");
      return List.of(Line.problem(subject(), e.getMessage(), remedy));
    }
  }

  private static String parts(ModelSizes sizes) {
    return sizes.parameters().entrySet().stream()
        .map(e -> e.getKey() + " " + count(e.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String count(long parameters) {
    return parameters < 1_000_000
        ? String.format(Locale.ROOT, "%,d", parameters)
        : String.format(Locale.ROOT, "%,.1f million", parameters / 1e6);
  }
}
