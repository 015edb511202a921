package dev.meander.internal.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The traces of a run: {@code traces/rollout-000012.json}, and for some a sheet of pictures beside
 * it. Files are written whole or not at all; writing one again changes nothing.
 *
 * @param run the run's folder
 */
public record TraceStore(Path run) {
  /** The name of the folder within a run's. */
  public static final String FOLDER = "traces";

  private static final Pattern NAME = Pattern.compile("rollout-([0-9]+)\\.json");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES) // null would be read as 0
          .build();

  /** The trace of a rollout. */
  public Path file(long rollout) {
    return folder().resolve("rollout-%06d.json".formatted(rollout));
  }

  /** The pictures of a rollout. */
  public Path sheet(long rollout) {
    return folder().resolve("rollout-%06d.png".formatted(rollout));
  }

  private Path folder() {
    return run.resolve(FOLDER);
  }

  /** Writes a trace. */
  public void write(RolloutTrace trace) {
    Path file = file(trace.rollout());
    Path half = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.createDirectories(folder());
      Files.writeString(half, JSON.writeValueAsString(trace) + "\n");
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + StrictJson.fault(e), e);
    }
  }

  /** Writes the pictures of a rollout. */
  public void write(long rollout, Image sheet) {
    try {
      Png.write(sheet(rollout), sheet);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** The rollouts with a trace, ascending. */
  public List<Long> rollouts() {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(f -> NAME.matcher(f.getFileName().toString()))
          .filter(Matcher::matches)
          .map(m -> Long.valueOf(m.group(1)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UserError("cannot list " + folder() + ": " + StrictJson.fault(e), e);
    }
  }

  /**
   * The trace of a rollout.
   *
   * @throws UserError when there is none, or its file is damaged
   */
  public RolloutTrace read(long rollout) {
    Path file = file(rollout);
    try {
      RolloutTrace trace = JSON.readValue(Files.readAllBytes(file), RolloutTrace.class);
      if (trace == null || !trace.isWhole()) {
        throw new UserError(file + " is damaged: its lists are not of one length");
      }
      return trace;
    } catch (DatabindException e) {
      throw new UserError(file + " is damaged: " + StrictJson.field(e), e);
    } catch (JsonProcessingException e) {
      throw new UserError(file + " is damaged: " + StrictJson.fault(e), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + StrictJson.fault(e), e);
    }
  }
}
