package dev.meander.cli.check;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.Overrides;
import dev.meander.config.UserError;
import dev.meander.distributed.Alone;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.train.BaseEvaluation;
import dev.meander.train.RunOutput;
import dev.meander.train.TrainConfig;
import dev.meander.train.Trainer;
import dev.meander.train.TrainingComponents;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A run of one rollout, one update and few pictures to evaluate, with everything else as the recipe
 * has it.
 *
 * @param config the small run's
 * @param events what it told
 */
record Miniature(TrainConfig config, List<Event> events) {
  /** Pictures of an evaluation, at most. */
  static final int EVALUATED = 8;

  private static final int STEPS = 4;

  /** The smallest group that the recipe's method allows. */
  static Miniature smallest(Rehearsal rehearsal) {
    return run(rehearsal, smallest(rehearsal.config()));
  }

  private static TrainConfig smallest(TrainConfig whole) {
    for (int size = 2; ; size++) {
      try {
        return small(whole, size, 1);
      } catch (UserError e) { // not a size for this plan or grouping
        if (size >= whole.data().groupSize()) {
          throw e;
        }
      }
    }
  }

  /** One whole group. */
  static Miniature ofAGroup(Rehearsal rehearsal) {
    TrainConfig whole = rehearsal.config();
    return run(rehearsal, small(whole, whole.data().groupSize(), EVALUATED));
  }

  private static TrainConfig small(TrainConfig whole, int groupSize, int evaluated) {
    List<String> changes =
        List.of(
            "rollouts=1",
            "budget=null",
            "data.prompts_per_rollout=1",
            "data.group_size=" + groupSize,
            "update.updates_per_rollout=1",
            "update.epochs=1",
            "distributed.parts=0",
            "insight.every=0",
            "gold_watch.window=0",
            "evaluation.every=0",
            "evaluation.limit=" + evaluated,
            "evaluation.images_per_prompt=1",
            "evaluation.steps=" + Math.min(STEPS, whole.evaluation().steps()));
    String name = "the recipe in miniature";
    return Binder.bind(
        Overrides.apply(ConfigFile.parse(ConfigWriter.toYaml(whole), name), changes),
        TrainConfig.class,
        name);
  }

  private static Miniature run(Rehearsal rehearsal, TrainConfig config) {
    List<Event> events = new ArrayList<>();
    try (TrainingComponents components =
            TrainingComponents.build(
                config,
                rehearsal.pipeline().get(),
                rehearsal.fewPrompts(),
                rehearsal.rewards(),
                new Alone());
        EventBus bus =
            new EventBus(InstantSource.system(), List.of(stamped -> events.add(stamped.event())))) {
      new Trainer(config, components, RunOutput.none(), bus, new BaseEvaluation()).run();
    }
    return new Miniature(config, events);
  }

  private <E extends Event> Stream<E> all(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast);
  }

  Event.RolloutFinished rollout() {
    return all(Event.RolloutFinished.class).findFirst().orElseThrow();
  }

  Event.ImagesMeasured images() {
    return all(Event.ImagesMeasured.class).findFirst().orElseThrow();
  }

  Event.FirstRatioMeasured ratio() {
    return all(Event.FirstRatioMeasured.class).findFirst().orElseThrow();
  }

  Event.UpdateFinished update() {
    return all(Event.UpdateFinished.class).findFirst().orElseThrow();
  }

  /** Seconds of the rollout and its update. */
  double seconds() {
    return rollout().seconds() + update().seconds();
  }

  /** The one after training, when everything is warm. */
  Event.EvaluationFinished evaluation() {
    return all(Event.EvaluationFinished.class).skip(1).findFirst().orElseThrow();
  }
}
