package dev.meander;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.Progress;
import dev.meander.generate.Adapter;
import dev.meander.generate.TrainedWeights;
import dev.meander.model.Pipeline;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.Scorer;
import dev.meander.tensor.Engine;
import dev.meander.train.MemoryRun;
import dev.meander.train.RewardSet;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainRun;
import dev.meander.train.Trainer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A training run that a program describes and starts.
 *
 * <p>The recipe says how; {@link #on} gives the model, which wins over the recipe's, and which
 * computes with the threads and the device that it was loaded with. The model itself stays as it
 * is: what was trained is the result's {@link Result#adapter}.
 */
public final class Training {
  /** Directories that runs of this process write into. */
  private static final Set<Path> BUSY = new HashSet<>();

  private final TrainConfig recipe;
  private final Map<String, Scorer> given = new LinkedHashMap<>();
  private final Map<String, Double> weights = new LinkedHashMap<>();
  private final List<EventSink> observers = new ArrayList<>();
  private Optional<TextToImage> model = Optional.empty();
  private Optional<String> judge = Optional.empty();
  private Optional<Path> directory = Optional.empty();
  private Set<TrainRun.Extra> extras = Set.of();
  private boolean resume;

  private Training(TrainConfig recipe) {
    this.recipe = recipe;
  }

  /**
   * Begins to describe a run; nothing is done yet.
   *
   * @param recipe how to train, from {@link dev.meander.recipe.Recipes#load}
   */
  public static Training of(TrainConfig recipe) {
    return new Training(recipe);
  }

  /** Sets the model; without this the recipe's is loaded, and closed after the run. */
  public Training on(TextToImage value) {
    model = Optional.of(value);
    return this;
  }

  /** As {@link #reward(String, double, Reward)} with weight 1. */
  public Training reward(String name, Reward reward) {
    return reward(name, 1, reward);
  }

  /**
   * Adds what is rewarded; the first takes the place of all of the recipe's rewards. The caller
   * closes it.
   *
   * @param name what events and files call it
   * @param weight its share in the sum
   * @param reward one score for each sample; called from a thread of the run
   */
  public Training reward(String name, double weight, Reward reward) {
    give(name, reward);
    weights.put(name, weight);
    return this;
  }

  /**
   * Adds a reward that compares the images of a group, as {@link #reward(String, double, Reward)}
   * does one of single images.
   *
   * @param name what events and files call it
   * @param weight its share in the sum
   * @param reward one score for each image of a group; called from a thread of the run
   */
  public Training groupReward(String name, double weight, GroupReward reward) {
    give(name, reward);
    weights.put(name, weight);
    return this;
  }

  /**
   * Sets who judges the held-out evaluations, in the place of the recipe's judge. The caller closes
   * it.
   *
   * @param name what files call it
   */
  public Training judge(String name, Reward reward) {
    give(name, reward);
    judge = Optional.of(name);
    return this;
  }

  private void give(String name, Scorer reward) {
    Scorer before = given.put(name, reward);
    if (before != null && before != reward) {
      throw new UserError("two different rewards are named " + name + "; give each its own name");
    }
  }

  /**
   * Adds an observer of one kind of event; {@code Event.class} means all. It is called from the
   * thread that runs, which waits for it; one that throws is left out from then on.
   */
  public <E extends Event> Training observe(Class<E> type, Consumer<? super E> observer) {
    observers.add(
        stamped -> {
          if (type.isInstance(stamped.event())) {
            observer.accept(type.cast(stamped.event()));
          }
        });
    return this;
  }

  /**
   * Sets the run directory, a new or an empty one: metrics, checkpoints, sample sheets and the
   * adapter are written there. Without this the run leaves no files.
   *
   * @param alsoWritten what else to write
   */
  public Training in(Path runDirectory, TrainRun.Extra... alsoWritten) {
    directory = Optional.of(runDirectory);
    extras = Set.of(alsoWritten);
    return this;
  }

  /** Continues the run that the directory holds from its last checkpoint. */
  public Training resume() {
    resume = true;
    return this;
  }

  /**
   * What a run trained and what it was good for.
   *
   * @param adapter the trained weights, for {@link TextToImage#with}
   * @param scoreBefore the judge's mean score before training; NaN when a resumed run has none
   * @param scoreAfter the judge's mean score after training
   * @param images how many images were sampled for training
   * @param updates how many optimizer updates were made
   * @param seconds how long the training took
   */
  public record Result(
      Adapter adapter,
      double scoreBefore,
      double scoreAfter,
      long images,
      long updates,
      double seconds) {}

  /**
   * Trains to the end, in this thread.
   *
   * @throws UserError when the recipe, the model or the directory does not fit, or the model is
   *     closed or being trained; the directory is left as it was
   */
  public Result run() {
    if (resume && directory.isEmpty()) {
      throw new UserError("a run without a directory cannot be resumed; name it with in(...)");
    }
    if (model.isPresent()) {
      return run(model.get());
    }
    TextToImage.Options options =
        new TextToImage.Options(recipe.model().dtype(), recipe.model().device(), recipe.threads());
    try (TextToImage own = TextToImage.load(recipe.model().directory(), options)) {
      return run(own);
    }
  }

  private Result run(TextToImage on) {
    Optional<Path> place = directory.map(d -> d.toAbsolutePath().normalize());
    place.ifPresent(this::occupy);
    try (TrainedWeights.Loan turn = on.usage().train();
        TrainedWeights.Loan own = protect(on.pipeline());
        RewardSet rewards = new RewardSet(given)) {
      TrainConfig config = config(on);
      if (directory.isEmpty()) {
        MemoryRun.Result result = MemoryRun.execute(config, on.pipeline(), rewards, observers);
        return result(result.adapter(), result.summary());
      }
      RunDirectory files = new RunDirectory(directory.get());
      if (!resume && files.exists()) {
        throw new UserError(
            files.root()
                + " already holds a run; continue it with resume(), or give another directory");
      }
      Trainer.Summary summary =
          new TrainRun(
                  config, files, extras, observers, Progress.Source.SILENT, InstantSource.system())
              .execute(resume, on.pipeline(), rewards);
      return result(Adapter.at(files.adapter()), summary);
    } finally {
      place.ifPresent(Training::leave);
    }
  }

  private void occupy(Path place) {
    synchronized (BUSY) {
      if (!BUSY.add(place)) {
        throw new UserError(
            directory.get()
                + " is being written by another run of this process; give another directory");
      }
    }
  }

  private static void leave(Path place) {
    synchronized (BUSY) {
      BUSY.remove(place);
    }
  }

  /** What the run changes in the model itself is undone after it. */
  private TrainedWeights.Loan protect(Pipeline pipeline) {
    TrainedWeights.Loan weights =
        recipe.policy() instanceof TrainConfig.Full ? TrainedWeights.protect(pipeline) : () -> {};
    return () -> {
      pipeline.transformer().recompute(false);
      weights.close();
    };
  }

  private static Result result(Adapter adapter, Trainer.Summary summary) {
    return new Result(
        adapter,
        summary.scoreBefore(),
        summary.scoreAfter(),
        summary.images(),
        summary.updates(),
        summary.seconds());
  }

  /** The recipe as it is run: with this model and these rewards. */
  private TrainConfig config(TextToImage on) {
    ObjectNode tree = ConfigFile.parse(ConfigWriter.toYaml(recipe), recipe.name());
    tree.put("threads", Engine.threads()).put("workers", Engine.workers().count());
    ObjectNode loaded = (ObjectNode) tree.get("model");
    loaded.remove(List.of("t5_tokens", "text_dtype")); // the usual ones, as it was loaded
    loaded
        .put("path", on.pipeline().directory().toString())
        .put("dtype", on.options().precision().name().toLowerCase(Locale.ROOT))
        .put("device", on.options().device().name().toLowerCase(Locale.ROOT))
        .put("text_encoders", "keep");
    if (!weights.isEmpty()) {
      ArrayNode terms = tree.putArray("rewards");
      weights.forEach((name, weight) -> terms.addObject().put("name", name).put("weight", weight));
    }
    judge.ifPresent(
        name -> ((ObjectNode) tree.get("evaluation")).putObject("reward").put("name", name));
    return Binder.bind(tree, TrainConfig.class, recipe.name());
  }
}
