package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import dev.meander.distributed.Alone;
import dev.meander.distributed.PeerFailed;
import dev.meander.distributed.PeerLost;
import dev.meander.distributed.Peers;
import dev.meander.distributed.Status;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.event.EventSink;
import dev.meander.event.JsonlSink;
import dev.meander.event.MlflowSinkProvider;
import dev.meander.event.Progress;
import dev.meander.event.ProgressFile;
import dev.meander.event.TensorBoardSink;
import dev.meander.internal.checkpoint.Checkpoint;
import dev.meander.internal.checkpoint.Checkpoints;
import dev.meander.internal.checkpoint.Provenance;
import dev.meander.internal.report.ReportSink;
import dev.meander.model.Pipeline;
import dev.meander.nn.SavedLora;
import dev.meander.tensor.Engine;
import dev.meander.text.CutPrompts;
import dev.meander.weights.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** A training run in its directory: started anew, or continued from its last checkpoint. */
public final class TrainRun {
  /** What a run does not depend on. */
  private static final Set<String> CHANGEABLE =
      Set.of("rollouts", "distributed.timeout", "distributed.start_timeout");

  /** What is kept of a run and who hears of it does not change what it computes. */
  private static final Pattern SAVING = Pattern.compile("(checkpoints|alerts|events)\\..*");

  private static final int SHOWN = 5;

  private static final String TOTAL = "update.learning_rate.total";

  /** Where scores come from may change while what they say stays: servers move. */
  private static final List<String> MOVABLE = List.of("endpoints", "concurrency", "connection");

  private final TrainConfig config;
  private final RunDirectory directory;
  private final Set<Extra> extras;
  private final List<EventSink> viewers;
  private final Progress.Source progress;
  private final InstantSource clock;
  private final Peers peers;
  private boolean changedInputs;
  private boolean overwrite;
  private StopSignal stop = new StopSignal();

  /** Files of a run for people to look at; nothing needs them. */
  public enum Extra {
    TENSORBOARD,
    REPORT
  }

  /**
   * Names a run with everything that can be looked at; nothing is touched yet.
   *
   * @param viewers the sinks besides the run's own files: the console
   */
  public TrainRun(
      TrainConfig config,
      RunDirectory directory,
      List<EventSink> viewers,
      Progress.Source progress,
      InstantSource clock) {
    this(config, directory, EnumSet.allOf(Extra.class), viewers, progress, clock);
  }

  /**
   * Names a run; nothing is touched yet.
   *
   * @param extras what is written beside the record of the run
   * @param viewers the sinks besides the run's own files
   */
  public TrainRun(
      TrainConfig config,
      RunDirectory directory,
      Set<Extra> extras,
      List<EventSink> viewers,
      Progress.Source progress,
      InstantSource clock) {
    this(config, directory, extras, viewers, progress, clock, new Alone());
  }

  private TrainRun(
      TrainConfig config,
      RunDirectory directory,
      Set<Extra> extras,
      List<EventSink> viewers,
      Progress.Source progress,
      InstantSource clock,
      Peers peers) {
    this.config = config;
    this.extras = Set.copyOf(extras);
    this.directory = directory;
    this.viewers = viewers;
    this.progress = progress;
    this.clock = clock;
    this.peers = peers;
  }

  /**
   * The same run as one of several processes. The first alone touches the directory, tells viewers
   * and decides whether the run is continued.
   *
   * @param others the processes that train together; the caller closes them
   */
  public TrainRun with(Peers others) {
    TrainRun run = new TrainRun(config, directory, extras, viewers, progress, clock, others);
    run.changedInputs = changedInputs;
    run.overwrite = overwrite;
    run.stop = stop;
    return run;
  }

  /** Names who may ask the run to stop and keep what it has. */
  public TrainRun stopOn(StopSignal signal) {
    stop = signal;
    return this;
  }

  /** Lets a resumed run go on although its model, prompts or rewards' files have changed. */
  public TrainRun allowChangedInputs() {
    changedInputs = true;
    return this;
  }

  /** Lets a new run take the place of the one that the directory holds, once it can begin. */
  public TrainRun overwrite() {
    overwrite = true;
    return this;
  }

  /**
   * Trains to the end.
   *
   * @param resume whether to continue the run that the directory holds
   * @throws UserError when the directory, the recipe or the model does not fit; an existing run is
   *     left as it was
   */
  public Trainer.Summary execute(boolean resume) {
    return execute(resume, new BaseEvaluation());
  }

  /**
   * As {@link #execute(boolean)}.
   *
   * @param base the evaluation before training, shared with other runs of this process
   */
  public Trainer.Summary execute(boolean resume, BaseEvaluation base) {
    try (RewardSet rewards = new RewardSet()) {
      return execute(resume, base, rewards);
    }
  }

  /** As {@link #execute(boolean)}, with rewards that the caller closes. */
  public Trainer.Summary execute(boolean resume, RewardSet rewards) {
    return execute(resume, new BaseEvaluation(), rewards);
  }

  private Trainer.Summary execute(boolean resume, BaseEvaluation base, RewardSet rewards) {
    try (RunLock lock = new RunLock(directory)) {
      Start start = begin(resume, lock, rewards);
      Engine.start(config.threads(), config.workers());
      try (Pipeline pipeline = together(() -> model(start))) {
        return execute(start, lock, base, pipeline, rewards);
      }
    }
  }

  /**
   * As {@link #execute(boolean)}, on a model that is loaded already and with rewards that the
   * caller may have made; the caller closes both.
   */
  public Trainer.Summary execute(boolean resume, Pipeline pipeline, RewardSet rewards) {
    try (RunLock lock = new RunLock(directory)) {
      Start start = begin(resume, lock, rewards);
      return execute(start, lock, new BaseEvaluation(), pipeline, rewards);
    }
  }

  /**
   * Prepares something in all processes: what goes wrong in one of them ends all, with the same
   * message.
   */
  private <T> T together(Supplier<T> preparation) {
    try {
      return preparation.get();
    } catch (PeerFailed e) {
      throw new UserError(e.getMessage(), e);
    } catch (PeerLost e) {
      throw e;
    } catch (RuntimeException e) {
      peers.agree("the beginning of the run", Status.failed(e));
      throw e;
    }
  }

  /**
   * Where a process begins.
   *
   * @param checkpoint the one to continue from; the first process alone knows it
   * @param warnings what was wrong with later checkpoints
   * @param state the state as it was saved
   */
  private record Start(
      boolean resume,
      Optional<Checkpoint> checkpoint,
      List<String> warnings,
      TrainingPrompts prompts,
      TrainState state) {}

  /** The first process chooses; the others hear how far the run is. */
  private Start begin(boolean resume, RunLock lock, RewardSet rewards) {
    return together(
        () -> {
          peers.requireSame("the recipe", Fingerprint.of(config));
          TrainingPrompts prompts = TrainingPrompts.load(config);
          ScorablePrompts.require(config, prompts, rewards::isGiven);
          config.events().mlflow().ifPresent(to -> mlflow()); // before anything is loaded
          if (keptStart(resume).isEmpty()) {
            starting();
          }
          if (peers.isFirst()) {
            Start start = choose(resume, prompts, lock, rewards);
            peers.broadcast("where to begin", start.state().toBytes());
            return start;
          }
          TrainState state = TrainState.of(peers.broadcast("where to begin", new byte[0]));
          return new Start(true, Optional.empty(), List.of(), prompts, state);
        });
  }

  private Start choose(boolean resume, TrainingPrompts prompts, RunLock lock, RewardSet rewards) {
    Optional<Checkpoint> checkpoint = Optional.empty();
    List<String> warnings = new ArrayList<>();
    if (resume) {
      requireRun();
      lock.take();
      requireSameRecipe();
      requireSameInputs(rewards).ifPresent(warnings::add);
      Optional<Checkpoints.Latest> latest =
          new Checkpoints(directory.checkpoints(), config.checkpoints().keep()).latest();
      latest.ifPresent(l -> warnings.addAll(l.skipped()));
      checkpoint = latest.map(Checkpoints.Latest::checkpoint);
    } else if (directory.exists() && overwrite) {
      requireReplaceable();
      lock.take();
    } else {
      directory.requireNew();
    }
    TrainState state =
        checkpoint.map(c -> TrainState.fromJson(c.state())).orElse(TrainState.start(config.seed()));
    if (config.budget().isEmpty() && state.rollouts() > config.rollouts()) {
      throw new UserError(
          "%s has done %d rollouts already, so rollouts: %d would take some back; resume with %d or more"
              .formatted(directory.root(), state.rollouts(), config.rollouts(), state.rollouts()));
    }
    endOfSchedule().ifPresent(warnings::add);
    if (resume) {
      stretchedSchedule(started()).ifPresent(warnings::add);
    }
    ScorablePrompts.unused(prompts.training()).ifPresent(warnings::add);
    unevenParts().ifPresent(warnings::add);
    return new Start(resume, checkpoint, warnings, prompts, state);
  }

  private void requireReplaceable() {
    directory.requireReplaceable();
    Path root = directory.root().toAbsolutePath().normalize();
    starting()
        .filter(from -> from.toAbsolutePath().normalize().startsWith(root))
        .ifPresent(
            from -> {
              throw new UserError(
                  "policy.lora.from: %s lies in the run that --overwrite deletes; give another directory with --out"
                      .formatted(from));
            });
  }

  private Pipeline model(Start start) {
    return Models.load(
        config.model(), () -> start.prompts().texts(config, start.state()), progress);
  }

  /** What to say where the number of processes matters. */
  private Optional<String> unevenParts() {
    int processes = peers.size();
    int parts = config.distributed().parts();
    int most = (parts + processes - 1) / processes;
    if (processes > 1 && parts == 0) {
      return Optional.of(
          "with distributed.parts: 0 the results of %d processes are equal to those of another number to rounding only; a number of parts with many divisors, such as 12 or 48, makes them equal to the bit"
              .formatted(processes));
    }
    return parts % processes == 0
        ? Optional.empty()
        : Optional.of(
            "%d processes share %d parts: some have %d and set the pace, so that %d%% of the processes' time is used"
                .formatted(processes, parts, most, 100 * parts / (processes * most)));
  }

  /** What to say where the learning rate's schedule ends before the run. */
  private Optional<String> endOfSchedule() {
    if (config.budget().isPresent()) {
      return Optional.empty(); // the schedule is drawn over the budget
    }
    TrainConfig.Update update = config.update();
    long updates =
        TrainConfig.Update.inAll(update.updatesPerRollout(), update.epochs(), config.rollouts());
    OptionalLong end = config.learningRate().end();
    return end.isPresent() && end.getAsLong() < updates
        ? Optional.of(
            "the learning rate's schedule ends after update %d (update.learning_rate.total); the other %d of this run's %d updates have the rate of its end, %s"
                .formatted(
                    end.getAsLong(),
                    updates - end.getAsLong(),
                    updates,
                    config.learningRate().at(end.getAsLong())))
        : Optional.empty();
  }

  /** What to say where the learning rate follows another number of rollouts than at the start. */
  private Optional<String> stretchedSchedule(TrainConfig started) {
    OptionalLong before = started.learningRate().end();
    OptionalLong now = config.learningRate().end();
    return before.equals(now)
        ? Optional.empty()
        : Optional.of(
            "the learning rate's schedule, whose total is left out, now ends after update %d and not after %d: it goes on as in a run of %d rollouts"
                .formatted(now.getAsLong(), before.getAsLong(), config.rollouts()));
  }

  private Trainer.Summary execute(
      Start start, RunLock lock, BaseEvaluation base, Pipeline pipeline, RewardSet rewards) {
    try (TrainingComponents components =
        together(
            () ->
                TrainingComponents.build(
                    config,
                    pipeline,
                    start.prompts(),
                    rewards,
                    peers,
                    keptStart(start.resume())))) {
      JsonlSink metrics =
          together(
              () -> {
                peers.requireSame("the model", Fingerprint.of(config, components.weights()));
                return peers.isFirst() ? open(start, lock, rewards, components.weights()) : null;
              });
      return peers.isFirst() ? train(start, components, base, metrics) : follow(components, base);
    }
  }

  /** The directory with its metrics file, new or cut to where the run goes on. */
  private JsonlSink open(Start start, RunLock lock, RewardSet rewards, PolicyWeights weights) {
    if (!start.resume()) {
      if (overwrite && directory.exists()) {
        directory.clear();
      }
      directory.create();
      lock.take();
      describe(rewards);
    }
    if (start.state().rollouts() == 0 && keptStart(true).isEmpty() && starting().isPresent()) {
      weights.save(directory.startAdapter()); // what it started from may go away
    }
    return Files.exists(directory.metrics())
        ? JsonlSink.open(directory.metrics(), start.state().metricsBytes())
        : JsonlSink.create(directory.metrics());
  }

  /** The recipe's adapter to start from. */
  private Optional<Path> starting() {
    return config.policy() instanceof TrainConfig.Lora lora
        ? lora.lora().start()
        : Optional.empty();
  }

  /** What the run keeps of the adapter that it started from. */
  private Optional<Path> keptStart(boolean resume) {
    return Optional.of(directory.startAdapter()).filter(p -> resume && Files.isDirectory(p));
  }

  /** The output of processes beside the first: nothing is left and nobody told. */
  private Trainer.Summary follow(TrainingComponents components, BaseEvaluation base) {
    try (EventBus events = new EventBus(clock, List.of())) {
      Trainer trainer = new Trainer(config, components, RunOutput.none(), events, base);
      trainer.stopOn(stop);
      return trainer.run();
    }
  }

  /**
   * Who hears of the run, the record of it first.
   *
   * @param publish what takes events of the sinks themselves
   */
  private List<EventSink> sinks(JsonlSink metrics, Consumer<Event> publish) {
    List<EventSink> sinks = new ArrayList<>(List.of(metrics));
    sinks.add(new ProgressFile(directory.root()));
    if (extras.contains(Extra.TENSORBOARD)) {
      sinks.add(new TensorBoardSink(directory.tensorBoard(), directory.root()));
    }
    sinks.addAll(viewers);
    if (extras.contains(Extra.REPORT)) {
      sinks.add(new ReportSink(directory.root(), clock));
    }
    config
        .events()
        .mlflow()
        .ifPresent(to -> sinks.add(mlflow().create(to, directory.root(), publish)));
    if (!config.alerts().isEmpty()) {
      sinks.add(
          new AlertSink(
              config.alerts(), config.name(), directory.root(), System.getenv(), publish));
    }
    return sinks;
  }

  private static MlflowSinkProvider mlflow() {
    return Extensions.load(MlflowSinkProvider.class).stream()
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "events.mlflow: nothing on the class path talks to MLflow; add the artifact dev.meander:meander-mlflow"));
  }

  private Trainer.Summary train(
      Start start, TrainingComponents components, BaseEvaluation base, JsonlSink metrics) {
    AtomicReference<EventBus> bus = new AtomicReference<>();
    try (EventBus events =
        together(() -> new EventBus(clock, sinks(metrics, e -> bus.get().publish(e))))) {
      bus.set(events);
      long step = start.checkpoint().map(Checkpoint::step).orElse(0L);
      start
          .warnings()
          .forEach(w -> events.publish(new Event.Message(step, Event.Level.WARNING, w)));
      CutPrompts.message(components.encoder().limits(), start.prompts().texts())
          .ifPresent(w -> events.publish(new Event.Message(step, Event.Level.WARNING, w)));
      RunOutput output =
          new RunFiles(
              config,
              components.weights(),
              components.rollout().schedule(),
              directory,
              events,
              metrics::position);
      Trainer trainer = new Trainer(config, components, output, events, base);
      trainer.stopOn(stop);
      together(
          () -> {
            start
                .checkpoint()
                .ifPresent(
                    c ->
                        trainer.restore(
                            c, EarlierCheckpoint.complete(config, c.state(), directory.metrics())));
            return trainer;
          });
      return trainer.run();
    }
  }

  /** Writes the resolved recipe and where everything came from. */
  private void describe(RewardSet rewards) {
    AtomicFile.write(directory.recipe(), ConfigWriter.toYaml(config));
    writeProvenance(rewards);
  }

  private void writeProvenance(RewardSet rewards) {
    Set<Path> all = new TreeSet<>(RunInputs.of(config, rewards).values());
    if (keptStart(changedInputs).isEmpty()) {
      starting().ifPresent(from -> all.addAll(SavedLora.files(from)));
    }
    List<Path> inputs = List.copyOf(all);
    Provenance provenance =
        Provenance.collect(
            Map.of("run", config.seed(), "evaluation", config.evaluation().seed()), inputs);
    AtomicFile.write(
        directory.provenance(), ConfigWriter.toTree(provenance).toPrettyString() + "\n");
  }

  /**
   * Checks that the directory holds a run of this recipe; only its number of rollouts and the
   * addresses of reward servers may differ.
   *
   * @throws UserError naming the settings that differ
   */
  public void requireSameRecipe() {
    requireRun();
    // Bound first: another version may have written the same settings in other words.
    TrainConfig started = started();
    // Copies: a tree has the very settings of rewards that the run goes on with.
    ObjectNode before = ConfigWriter.toTree(started).deepCopy();
    ObjectNode now = ConfigWriter.toTree(config).deepCopy();
    withoutServers(before);
    withoutServers(now);
    Set<String> different = Fingerprint.differences(before, now);
    different.removeIf(key -> CHANGEABLE.contains(key) || SAVING.matcher(key).matches());
    if (config.budget().isPresent() && config.rollouts() != started.rollouts()) {
      different.add("rollouts"); // which the learning rate's course over the budget depends on
    }
    if (sameTotal(started)) {
      different.remove(TOTAL);
    }
    different.removeAll(RunInputs.known(RunInputs.recorded(directory, started)));
    if (!different.isEmpty()) {
      throw new UserError(
          directory.root()
              + " was started with other settings: "
              + String.join(", ", different)
              + "; resume with the same ones (only rollouts, checkpoints, alerts, events, the addresses of reward servers and distributed.timeout may change), or start a new run with --out");
    }
  }

  /** Whether a total that is said in one place and left out in another is the same one. */
  private boolean sameTotal(TrainConfig started) {
    return started
        .learningRate()
        .end()
        .equals(config.update().over(started.rollouts()).learningRate().end());
  }

  private void requireRun() {
    if (!directory.exists()) {
      throw new UserError(directory.root() + " holds no run to resume; start one without --resume");
    }
  }

  /** The configuration that the run began with. */
  private TrainConfig started() {
    Path written = directory.recipe();
    return Binder.bind(ConfigFile.read(written), TrainConfig.class, written.toString());
  }

  /**
   * Checks that what the run is made of is what it began with, by its hashes.
   *
   * @return what to warn of, where changes are allowed
   */
  private Optional<String> requireSameInputs(RewardSet rewards) {
    List<String> changes =
        RunInputs.changes(RunInputs.recorded(directory, started()), RunInputs.of(config, rewards));
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    String what = String.join("; ", changes.subList(0, Math.min(SHOWN, changes.size())));
    if (changes.size() > SHOWN) {
      what += "; and " + (changes.size() - SHOWN) + " more";
    }
    if (!changedInputs) {
      throw new UserError(
          "%s was started with other files: %s; put back what was there, start a new run with --out, or go on all the same with --allow-changed-inputs"
              .formatted(directory.root(), what));
    }
    writeProvenance(rewards);
    return Optional.of("the run goes on with other files than it was started with: " + what);
  }

  private static void withoutServers(ObjectNode recipe) {
    List<JsonNode> terms = new ArrayList<>(List.of(recipe.path("evaluation").path("reward")));
    recipe.path("rewards").forEach(terms::add);
    recipe.path("gold_rewards").forEach(terms::add);
    for (JsonNode term : terms) {
      JsonNode inner = term.path("config").path("config"); // of a win rate
      for (JsonNode config : List.of(term.path("config"), inner)) {
        if (config instanceof ObjectNode settings) {
          settings.remove(MOVABLE);
        }
      }
    }
  }
}
