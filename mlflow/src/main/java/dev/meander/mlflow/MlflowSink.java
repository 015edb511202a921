package dev.meander.mlflow;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.event.Curves;
import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.Hyperparameters;
import dev.meander.event.MlflowConfig;
import dev.meander.event.Stamped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;

/**
 * Tells a tracking server of a run: its settings, every curve, how it ended. A resumed run goes on
 * in the server's run of before, without what that has already.
 *
 * <p>The client waits without end for a server that does not answer, so a thread of its own does;
 * training never waits but for a moment at its end. What could not be sent is sent with what
 * follows.
 */
final class MlflowSink implements EventSink {
  /** Where a run's directory says which of the server's runs it is. */
  private static final String NOTE = "mlflow.json";

  private static final String ID = "run_id";
  private static final String SERVER = "uri";
  private static final int NOT_FOUND = 404;

  /** What the server takes in one request, and of one value. */
  private static final int METRICS = 1000;

  private static final int PARAMS = 100;
  private static final int LONGEST = 500;

  /** Tells people of every attempt; it is kept, for the system forgets loggers. */
  private static final Logger HTTP = Logger.getLogger("org.mlflow_project.apachehttp");

  static {
    HTTP.setLevel(Level.WARNING);
  }

  private static final int MOST_WAITING = 200_000;
  private static final String LATER =
      "; the run goes on, and what is missing there is sent when it answers";

  private final MlflowConfig config;
  private final String server;
  private final Path run;
  private final Consumer<Event> publish;
  private final Deque<Metric> waiting = new ArrayDeque<>(); // guarded by itself
  private final AtomicReference<String> fault = new AtomicReference<>("");
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "mlflow");
            thread.setDaemon(true);
            return thread;
          });
  private Future<?> sending;

  // Of the worker alone.
  private final Map<String, Long> known = new HashMap<>();
  private MlflowClient client;
  private String id;
  private boolean described;
  private boolean down;

  MlflowSink(MlflowConfig config, String server, Path run, Consumer<Event> publish) {
    this.config = config;
    this.server = server;
    this.run = run;
    this.publish = publish;
  }

  @Override
  public void accept(Stamped stamped) {
    Event event = stamped.event();
    Map<String, Double> points = Curves.of(event);
    points.forEach((key, value) -> add(key, value, event.step(), stamped.time().toEpochMilli()));
    if (event instanceof Event.RunFinished) {
      end(RunStatus.FINISHED);
    } else if (event instanceof Event.RunStopped stopped) {
      boolean asked = stopped.how() == Event.Ending.INTERRUPTED;
      end(asked ? RunStatus.KILLED : RunStatus.FAILED);
    } else if ((!points.isEmpty() || event instanceof Event.RunStarted)
        && (sending == null || sending.isDone())) {
      sending = worker.submit(this::send);
    }
    String wrong = fault.getAndSet("");
    boolean last = event instanceof Event.RunFinished || event instanceof Event.RunStopped;
    String text = last ? missing(wrong) : wrong.isEmpty() ? "" : wrong + LATER;
    if (!text.isEmpty()) {
      publish.accept(
          new Event.Message(
              event.step(), Event.Level.WARNING, "events.mlflow: %s: %s".formatted(server, text)));
    }
  }

  /** What the server will never hear of, and why. */
  private String missing(String why) {
    int left;
    synchronized (waiting) {
      left = waiting.size();
    }
    return left == 0
        ? why
        : "%d values were not sent; metrics.jsonl has them%s"
            .formatted(left, why.isEmpty() ? "" : ": " + why);
  }

  private void add(String key, double value, long step, long time) {
    Metric metric =
        Metric.newBuilder()
            .setKey(name(key))
            .setValue(value)
            .setStep(step)
            .setTimestamp(time)
            .build();
    synchronized (waiting) {
      if (waiting.size() < MOST_WAITING) {
        waiting.add(metric);
      }
    }
  }

  /** Other characters are refused. */
  private static String name(String key) {
    return key.replaceAll("[^A-Za-z0-9_./ -]", "_");
  }

  /** Waits for a moment: the process may end after this. */
  private void end(RunStatus status) {
    Future<?> last =
        worker.submit(
            () -> {
              send();
              if (id != null && !down) {
                client.setTerminated(id, status);
              }
            });
    try {
      last.get((long) (1000 * config.timeout()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      fault.set("it did not answer within %s s".formatted(config.timeout()));
    } catch (ExecutionException e) {
      fault.set(reason(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send() {
    try {
      connect();
      for (List<Metric> some = next(); !some.isEmpty(); some = next()) {
        List<Metric> fresh =
            some.stream().filter(m -> m.getStep() > known.getOrDefault(m.getKey(), -1L)).toList();
        if (!fresh.isEmpty()) {
          client.logBatch(id, fresh, List.of(), List.of());
        }
        synchronized (waiting) {
          some.forEach(metric -> waiting.remove());
        }
      }
      down = false;
    } catch (RuntimeException e) {
      if (!down) {
        fault.set(reason(e));
      }
      down = true;
    }
  }

  private List<Metric> next() {
    List<Metric> some = new ArrayList<>();
    synchronized (waiting) {
      for (Iterator<Metric> all = waiting.iterator(); all.hasNext() && some.size() < METRICS; ) {
        some.add(all.next());
      }
    }
    return some;
  }

  private void connect() {
    if (client == null) {
      client = new MlflowClient(server);
    }
    if (id == null && !goOn()) {
      id = create();
      note();
    }
    if (!described) {
      describe();
      described = true;
    }
  }

  /** Whether the server has the run that this one continues. */
  private boolean goOn() {
    Path file = run.resolve(NOTE);
    if (!Files.exists(file)) {
      return false;
    }
    var note = ConfigFile.read(file);
    String before = note.path(ID).asText();
    if (before.isEmpty() || !note.path(SERVER).asText().equals(server)) {
      return false;
    }
    try {
      client
          .getRun(before)
          .getData()
          .getMetricsList()
          .forEach(metric -> known.put(metric.getKey(), metric.getStep()));
      client.setTerminated(before, RunStatus.RUNNING);
    } catch (MlflowHttpException e) {
      if (e.getStatusCode() == NOT_FOUND) {
        return false;
      }
      throw e;
    }
    id = before;
    described = true; // and may not be changed
    return true;
  }

  private String create() {
    Optional<Experiment> there = client.getExperimentByName(config.experiment());
    String experiment =
        there.isPresent()
            ? there.get().getExperimentId()
            : client.createExperiment(config.experiment());
    CreateRun request =
        CreateRun.newBuilder()
            .setExperimentId(experiment)
            .setRunName(run.toAbsolutePath().normalize().getFileName().toString())
            .setUserId(System.getProperty("user.name", ""))
            .setStartTime(System.currentTimeMillis())
            .addTags(tag("mlflow.source.name", "Meander"))
            .addTags(tag("meander.run", run.toAbsolutePath().toString()))
            .build();
    return client.createRun(request).getRunId();
  }

  private static RunTag tag(String key, String value) {
    return RunTag.newBuilder().setKey(key).setValue(value).build();
  }

  private void note() {
    String text =
        JsonNodeFactory.instance.objectNode().put(SERVER, server).put(ID, id).toString() + "\n";
    try {
      Files.writeString(run.resolve(NOTE), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + run.resolve(NOTE), e);
    }
  }

  private void describe() {
    List<Param> params = new ArrayList<>();
    Hyperparameters.read(run.resolve("recipe.yaml"))
        .settings()
        .forEach(
            (key, value) -> {
              String text = value.asText();
              String cut = text.substring(0, Math.min(LONGEST, text.length()));
              params.add(Param.newBuilder().setKey(name(key)).setValue(cut).build());
            });
    for (int at = 0; at < params.size(); at += PARAMS) {
      List<Param> some = params.subList(at, Math.min(at + PARAMS, params.size()));
      client.logBatch(id, List.of(), some, List.of());
    }
  }

  private static String reason(Throwable wrong) {
    Throwable cause = wrong;
    while (cause.getCause() != null && !(cause instanceof UserError)) {
      cause = cause.getCause();
    }
    String message = String.valueOf(cause.getMessage()).strip();
    String line = message.lines().findFirst().orElse("");
    return line.isEmpty() || line.equals("null")
        ? cause.getClass().getSimpleName()
        : line.substring(0, Math.min(LONGEST, line.length()));
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
