package dev.meander.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.StrictJson;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes what TensorBoard shows: curves, distributions, the sheets of images, and the recipe of the
 * run directory as text and as hyperparameters.
 *
 * <p>Every process of a run writes a file of its own; one that resumes first tells the reader to
 * forget what earlier files say about the steps that it repeats. Field numbers are those of
 * TensorFlow's {@code event.proto}, {@code summary.proto} and {@code tensor.proto}, and of
 * TensorBoard's {@code plugins/hparams/plugin_data.proto}.
 */
public final class TensorBoardSink implements EventSink {
  private static final String HYPERPARAMETERS = "hparams";
  private static final int STRING = 7;
  private static final int SUCCESS = 1;
  private static final int RGB = 3;
  private static final Pattern NAME = Pattern.compile(".*\\.tfevents\\.(\\d{1,18})(.*)");
  private static final Pattern MINE = Pattern.compile("\\.meander\\.(\\d{4})");
  private static final int MOST = 10_000; // files of one second
  private static final int SESSION_START = 1;

  private final Path directory;
  private final Path runDirectory;
  private OutputStream file;
  private boolean continued;
  private OptionalLong repeated = OptionalLong.empty(); // from where steps come a second time

  /**
   * A sink that creates its file at the first event.
   *
   * @param directory where event files go
   * @param runDirectory what paths in events are relative to
   */
  public TensorBoardSink(Path directory, Path runDirectory) {
    this.directory = directory;
    this.runDirectory = runDirectory;
  }

  @Override
  public void accept(Stamped stamped) {
    try {
      if (file == null) {
        file = open(stamped.time());
        write(stamped, 0, new Proto().text(3, "brain.Event:2")); // file_version
        if (!continued) {
          recipe(stamped);
        }
      }
      if (stamped.event() instanceof Event.RunStarted run && continued) {
        repeated = OptionalLong.of(run.resumedAt() + 1);
      }
      Proto summary = summary(stamped.event());
      if (summary != null) {
        if (repeated.isPresent()) {
          restart(stamped, repeated.getAsLong());
        }
        write(stamped, stamped.event().step(), new Proto().message(5, summary));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write to " + directory + ": " + StrictJson.fault(e), e);
    }
  }

  /** Begins with the evaluation before training where nothing of the run was saved. */
  private void restart(Stamped stamped, long from) throws IOException {
    boolean fromStart = from == 1 && stamped.event().step() == 0;
    Proto session = new Proto().number(1, SESSION_START);
    write(stamped, fromStart ? 0 : from, new Proto().message(7, session));
    repeated = OptionalLong.empty();
    if (fromStart) {
      recipe(stamped);
    }
  }

  /** The run's settings at step 0, if it has them. */
  private void recipe(Stamped stamped) throws IOException {
    Path file = runDirectory.resolve("recipe.yaml");
    if (!Files.exists(file)) {
      return;
    }
    Hyperparameters recipe = Hyperparameters.read(file);
    Proto session = new Proto();
    recipe
        .settings()
        .forEach(
            (key, value) -> session.message(1, new Proto().text(1, key).message(2, of(value))));
    session.real(5, stamped.time().toEpochMilli() / 1000.0);
    Proto summary =
        new Proto()
            .message(1, text("recipe", recipe.text().indent(4))) // four spaces: code in Markdown
            .message(1, hyperparameters("session_start_info", 3, session));
    write(stamped, 0, new Proto().message(5, summary));
  }

  /** A value of {@code google.protobuf.Struct}. */
  private static Proto of(JsonNode value) {
    if (value.isNumber()) {
      return new Proto().real(2, value.doubleValue());
    }
    return value.isBoolean()
        ? new Proto().number(4, value.booleanValue() ? 1 : 0)
        : new Proto().text(3, value.asText());
  }

  private static Proto text(String tag, String text) {
    Proto shape = new Proto().message(2, new Proto().number(1, 1));
    Proto tensor = new Proto().number(1, STRING).message(2, shape).text(8, text);
    return value(tag).message(8, tensor).message(9, plugin("text", new Proto()));
  }

  private static Proto hyperparameters(String part, int field, Proto content) {
    return value("_hparams_/" + part)
        .message(9, plugin(HYPERPARAMETERS, new Proto().message(field, content)));
  }

  private static Proto plugin(String name, Proto content) {
    return new Proto().message(1, new Proto().text(1, name).message(2, content));
  }

  private OutputStream open(Instant time) throws IOException {
    Files.createDirectories(directory);
    // TensorBoard reads the files of a folder in the order of their names, and clocks are put back.
    List<String> earlier = earlier();
    continued = !earlier.isEmpty();
    long second = time.getEpochSecond();
    int first = 0;
    for (String name : earlier) {
      Matcher own = NAME.matcher(name);
      if (!own.matches() || Long.parseLong(own.group(1)) < second) {
        continue;
      }
      long other = Long.parseLong(own.group(1));
      Matcher mine = MINE.matcher(own.group(2));
      int next = mine.matches() ? Integer.parseInt(mine.group(1)) + 1 : MOST;
      first = other > second ? next : Math.max(first, next);
      second = other;
      if (first == MOST) {
        second++;
        first = 0;
      }
    }
    for (int n = first; ; n++) {
      String name = String.format(Locale.ROOT, "events.out.tfevents.%010d.meander.%04d", second, n);
      Path path = directory.resolve(name);
      if (path.toFile().createNewFile()) {
        return new FileOutputStream(path.toFile());
      }
    }
  }

  private List<String> earlier() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(name -> name.contains(".tfevents."))
          .toList();
    }
  }

  private Proto summary(Event event) throws IOException {
    if (event instanceof Event.SamplesDrawn samples) {
      return image("samples", samples.path());
    } else if (event instanceof Event.RolloutDrawn rollout) {
      return image("rollout", rollout.path());
    } else if (event instanceof Event.DistributionMeasured measured) {
      Proto summary = new Proto();
      measured
          .values()
          .forEach(
              (name, values) ->
                  summary.message(
                      1, value(measured.of() + "/" + name).message(5, histogram(values))));
      return summary;
    } else if (event instanceof Event.RunFinished) {
      return new Proto()
          .message(1, hyperparameters("session_end_info", 4, new Proto().number(1, SUCCESS)));
    }
    Map<String, Double> scalars = Curves.of(event);
    if (scalars.isEmpty()) {
      return null;
    }
    Proto summary = new Proto();
    scalars.forEach((tag, value) -> summary.message(1, value(tag).real(2, value.floatValue())));
    return summary;
  }

  private static Proto value(String tag) {
    return new Proto().text(1, tag);
  }

  private static Proto histogram(float[] values) {
    Histogram histogram = Histogram.of(values);
    return new Proto()
        .real(1, histogram.min())
        .real(2, histogram.max())
        .real(3, histogram.count())
        .real(4, histogram.sum())
        .real(5, histogram.squares())
        .reals(6, histogram.limits())
        .reals(7, histogram.counts());
  }

  private Proto image(String tag, String path) throws IOException {
    byte[] png = Files.readAllBytes(runDirectory.resolve(path));
    ByteBuffer header = ByteBuffer.wrap(png); // width and height lead the first chunk, at byte 16
    Proto image =
        new Proto()
            .number(1, header.getInt(20))
            .number(2, header.getInt(16))
            .number(3, RGB)
            .bytes(4, png);
    return new Proto().message(1, value(tag).message(4, image));
  }

  private void write(Stamped stamped, long step, Proto what) throws IOException {
    double seconds = stamped.time().toEpochMilli() / 1000.0;
    byte[] head = new Proto().real(1, seconds).number(2, step).toBytes();
    byte[] tail = what.toBytes();
    byte[] event = ByteBuffer.allocate(head.length + tail.length).put(head).put(tail).array();
    file.write(TfRecord.encode(event));
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the event file in " + directory, e);
    }
  }
}
