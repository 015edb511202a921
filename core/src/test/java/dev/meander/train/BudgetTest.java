package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.distributed.ThreadPeers;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.event.Stamped;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that end when a cost is spent. */
class BudgetTest {
  /** 6 images a rollout: the sixth ends at 36, the seventh at 42, further from 38. */
  private static final String IMAGES = "budget={type: images, amount: 38, shares: 3}";

  private static final String COSINE =
      "update.learning_rate={type: cosine, peak: 1.0e-3, warm_up: 0, total: 100, floor: 0}";

  @TempDir private Path temp;

  private static <E extends Event> List<E> events(Path run, Class<E> type) {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(Stamped::event)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  @Test
  void theRunEndsThereAndIsEvaluatedAtEqualShares() {
    Path run = temp.resolve("run");
    Trainer.Summary summary = TinyRun.run(run, false, IMAGES, COSINE);
    assertThat(summary.images()).isEqualTo(36);
    assertThat(events(run, Event.EvaluationFinished.class))
        .extracting(Event.EvaluationFinished::step)
        .containsExactly(0L, 2L, 4L, 6L);
    assertThat(events(run, Event.RunStarted.class).get(0).totalSteps()).isEqualTo(6);

    // Half a cosine over the budget, by what was spent before each rollout.
    List<Event.UpdateFinished> updates = events(run, Event.UpdateFinished.class);
    for (int i = 0; i < 6; i++) {
      double share = Math.floor(100 * 6 * i / 38.0) / 100;
      assertThat(updates.get(i).learningRate())
          .isCloseTo(0.5e-3 * (1 + Math.cos(Math.PI * share)), within(1e-12));
    }
  }

  @Test
  void itIsStoppedAndGoesOnToTheSameBits() {
    String evaluations = "budget={type: evaluations, amount: 700, shares: 3}";
    Path whole = temp.resolve("whole");
    TinyRun.run(whole, false, evaluations, COSINE);
    assertThat(events(whole, Event.UpdateFinished.class)).hasSizeGreaterThan(2);

    Path broken = temp.resolve("broken");
    stopped(broken, false, e -> e instanceof Event.StepProgressed at && at.step() == 2);
    // While it is evaluated, which is done again.
    stopped(
        broken, true, e -> e instanceof Event.StepProgressed at && at.label().equals("evaluating"));
    TinyRun.run(broken, true, evaluations, COSINE);
    assertThat(broken.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("adapter/adapter_model.safetensors"));
    assertThat(MetricsFile.comparable(broken.resolve("metrics.jsonl")))
        .isEqualTo(MetricsFile.comparable(whole.resolve("metrics.jsonl")));

    assertThatThrownBy(() -> TinyRun.run(broken, true, evaluations.replace("700", "900"), COSINE))
        .hasMessageContaining("other settings: budget.amount");
    assertThatThrownBy(() -> TinyRun.run(broken, true, evaluations, COSINE, "rollouts=7"))
        .hasMessageContaining("other settings: rollouts");
  }

  private static void stopped(Path run, boolean resume, Predicate<Event> moment) {
    StopSignal stop = new StopSignal();
    TrainRun training =
        new TrainRun(
                TinyRun.config("budget={type: evaluations, amount: 700, shares: 3}", COSINE),
                new RunDirectory(run),
                List.of(
                    stamped -> {
                      if (moment.test(stamped.event())) {
                        stop.request();
                      }
                    }),
                Progress.Source.SILENT,
                InstantSource.system())
            .stopOn(stop);
    assertThatThrownBy(() -> training.execute(resume))
        .isInstanceOf(RunInterrupted.class)
        .hasMessageNotContaining(" of 6");
  }

  @Test
  void processesStopTogether() throws Exception {
    for (String budget :
        List.of(
            "budget={type: seconds, amount: 0.5, shares: 2}",
            "budget={type: evaluations, amount: 300, shares: 2}")) {
      Path first = temp.resolve("first-" + budget.length());
      List<Object> results =
          ThreadPeers.run(
              2,
              peers ->
                  new TrainRun(
                          TinyRun.config(budget, "distributed.parts=2"),
                          new RunDirectory(peers.isFirst() ? first : temp.resolve("nowhere")),
                          List.of(),
                          Progress.Source.SILENT,
                          InstantSource.system())
                      .with(peers)
                      .execute(false));
      assertThat(results).as(budget).allMatch(result -> result instanceof Trainer.Summary);
      assertThat(((Trainer.Summary) results.get(0)).updates())
          .isEqualTo(((Trainer.Summary) results.get(1)).updates());
    }
  }

  @Test
  void costsAreWhatRunsMeasure() {
    List<String[]> recipes =
        List.of(
            new String[] {"rollouts=2", "evaluation.every=1"},
            new String[] {"rollouts=2", "method.kl=none", "method.credit=incremental"},
            new String[] {
              "rollouts=2",
              "method.plan={type: branches, branches: 2}",
              "data.group_size=4",
              "method.window={type: random, size: 2, from: 0, to: 3}"
            });
    int number = 0;
    for (String[] recipe : recipes) {
      Path run = temp.resolve("costs-" + number++);
      TinyRun.run(run, false, recipe);
      RunCost cost = RunCost.of(TinyRun.config(recipe), 4, RunCost.Pace.UNKNOWN);
      List<Event.RolloutFinished> rollouts = events(run, Event.RolloutFinished.class);
      List<Event.UpdateFinished> updates = events(run, Event.UpdateFinished.class);
      assertThat(cost.sampled())
          .as(String.join(" ", recipe))
          .isEqualTo(rollouts.stream().mapToLong(Event.RolloutFinished::evaluations).sum());
      assertThat(cost.images())
          .isEqualTo(rollouts.stream().mapToLong(Event.RolloutFinished::images).sum());
      assertThat(cost.evaluations()).isEqualTo(events(run, Event.EvaluationFinished.class).size());
      double pairs = updates.stream().mapToLong(Event.UpdateFinished::samples).sum();
      assertThat(cost.pairs())
          .as("those without advantage are not counted")
          .isGreaterThanOrEqualTo(pairs);
      Cost measured = Cost.NONE;
      for (int i = 0; i < 2; i++) {
        measured = measured.plus(rollouts.get(i), updates.get(i));
      }
      assertThat(measured.evaluations()).isEqualTo(cost.sampled() + 3 * pairs);
    }
  }
}
