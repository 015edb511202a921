package dev.meander.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;

/**
 * What a run is at, for other programs: a small file, written anew once a second at most, and
 * deleted when the run ends.
 *
 * <p>It has {@code step}, {@code label}, {@code done}, {@code total}, {@code unit} and {@code
 * time}.
 */
public final class ProgressFile implements EventSink {
  /** The file's name in the folder of a run. */
  public static final String NAME = "progress.json";

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Path file;
  private Instant next = Instant.MIN;

  public ProgressFile(Path run) {
    this.file = run.resolve(NAME);
  }

  @Override
  public void accept(Stamped stamped) {
    if (!(stamped.event() instanceof Event.StepProgressed at) || stamped.time().isBefore(next)) {
      return;
    }
    next = stamped.time().plus(PAUSE);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("step", at.step()).put("label", at.label());
    node.put("done", at.done()).put("total", at.total()).put("unit", at.unit());
    node.put("time", stamped.time().toString());
    Path aside = file.resolveSibling("." + NAME);
    try {
      Files.writeString(aside, node.toString());
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + StrictJson.fault(e), e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Its time tells that it is old.
    }
  }
}
