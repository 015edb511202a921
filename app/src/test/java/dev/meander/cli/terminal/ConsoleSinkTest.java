package dev.meander.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.testing.ExampleEvents;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleSinkTest {
  @Test
  void aTerminalHasALiveLineBelowTheNews() {
    Screen screen = new Screen(true);
    try (EventBus bus = bus(screen)) {
      bus.publish(ExampleEvents.run(0));
      train(bus, screen, 5);
      bus.publish(new Event.EvaluationFinished(5, 0.5, Map.of("counting", 0.25), 500, 12.5));
      train(bus, screen, 6);
      assertThat(screen.visible())
          .containsExactly(
              "Run toy: 20 steps",
              "step 5: evaluation 0.500 on 500 images in 13s  (counting 0.250)",
              "step 6/20 ===.......  30%  reward 0.594  35s left  |ratio-1| 2.00e-05  kl 0.250");
    }
    assertThat(screen.raw()).endsWith("\r\u001b[K");
  }

  @Test
  void aFileGetsPlainLinesAtIntervals() {
    Screen screen = new Screen(false);
    try (EventBus bus = bus(screen)) {
      bus.publish(ExampleEvents.run(0));
      for (int step = 1; step <= 20; step++) {
        screen.clock.pass(9);
        bus.publish(ExampleEvents.rollout(step));
        bus.publish(ExampleEvents.update(step));
      }
    }
    List<String> lines = screen.visible();
    assertThat(lines)
        .element(1)
        .isEqualTo("step 1/20  reward 0.516  2m51s left  |ratio-1| 2.00e-05  kl 0.250  9.0s/step");
    assertThat(lines)
        .extracting(line -> line.split(" {2}")[0])
        .containsExactly(
            "Run toy: 20 steps",
            "step 1/20",
            "step 5/20",
            "step 9/20",
            "step 13/20",
            "step 17/20",
            "step 20/20");
  }

  @Test
  void aResumedRunEstimatesFromItsOwnSteps() {
    Screen screen = new Screen(false);
    try (EventBus bus = bus(screen)) {
      bus.publish(ExampleEvents.run(10));
      screen.clock.pass(3);
      bus.publish(ExampleEvents.update(11));
    }
    assertThat(screen.visible())
        .containsExactly(
            "Run toy: 20 steps, resuming after step 10",
            "step 11/20  |ratio-1| 2.00e-05  27s left  kl 0.250  3.0s/step");
  }

  @Test
  void theRatioIsReportedOnceAndEveryWarningOnce() {
    Screen screen = new Screen(false);
    try (EventBus bus = bus(screen)) {
      bus.publish(new Event.FirstRatioMeasured(1, 3e-7, 1e-4, ""));
      bus.publish(new Event.FirstRatioMeasured(2, 3e-7, 1e-4, ""));
      bus.publish(new Event.FirstRatioMeasured(3, 3e-3, 1e-4, "noise above the clip range"));
      bus.publish(new Event.FirstRatioMeasured(4, 3e-3, 1e-4, "noise above the clip range"));
    }
    assertThat(screen.visible())
        .containsExactly(
            "step 1: before the first update |ratio-1| is at most 3.00e-07 (clip range 1.00e-04)",
            "warning: noise above the clip range");
  }

  @Test
  void whatIsWrongWithATraining() {
    Screen screen = new Screen(false);
    try (EventBus bus = bus(screen)) {
      bus.publish(new Event.EvaluationDiffers(0, "guidance", 1, 4.5));
      bus.publish(new Event.SignalLost(5, 5, "the weights of all rewards are 0"));
      bus.publish(new Event.RatioDrifted(6, 0.9991, 1e-4));
    }
    assertThat(screen.visible())
        .containsExactly(
            "warning: step 0: evaluation.guidance is 4.5 and sampling.guidance 1.0: the score is not that of"
                + " the policy as it is trained",
            "warning: step 5: all groups of the last 5 rollouts had equal rewards, so nothing was learned of"
                + " them: the weights of all rewards are 0",
            "warning: step 6: the mean of the policy ratio, 0.999100, is further from 1 than the clip range,"
                + " 0.000100: most pairs are clipped; a lower learning rate, fewer updates on a rollout or a"
                + " wider clip range keeps the policy near its samples");
  }

  @Test
  void pretrainingAndMessages() {
    Screen screen = new Screen(false);
    try (EventBus bus = bus(screen)) {
      bus.publish(new Event.StageStarted("flow", 1000, 0));
      screen.clock.pass(10);
      bus.publish(new Event.PretrainProgress("flow", 50, 1000, 0.8125, 1e-3, 391));
      bus.publish(new Event.Message(50, Event.Level.INFO, "hello"));
      bus.publish(new Event.Message(50, Event.Level.ERROR, "diverged"));
      bus.publish(new Event.RewardsDiverged(50, "aesthetic", 20, 0.25, -0.5));
      bus.publish(new Event.CheckpointSaved(50, "checkpoints/50"));
      bus.publish(new Event.SamplesDrawn(50, "samples/50.png", List.of()));
      bus.publish(new Event.StageFinished("flow", 1000, 0.5, 200));
    }
    assertThat(screen.visible())
        .containsExactly(
            "Stage flow: 1,000 steps",
            "flow 50/1,000  loss 0.813  3m10s left  391 samples/s  5.0 steps/s",
            "hello",
            "error: diverged",
            "warning: step 50: over the last 20 rollouts the trained reward rose by 0.250 while the gold"
                + " reward aesthetic fell by 0.500: the policy may be exploiting its reward; look at the"
                + " images",
            "step 50: checkpoint checkpoints/50",
            "step 50: samples samples/50.png",
            "Stage flow: loss 0.500 after 3m20s");
  }

  @Test
  void theEndIsATable() {
    Screen screen = new Screen(true);
    try (EventBus bus = bus(screen)) {
      bus.publish(ExampleEvents.run(0));
      bus.publish(new Event.EvaluationFinished(0, 0.25, Map.of(), 500, 2));
      bus.publish(ExampleEvents.rollout(1));
      bus.publish(new Event.EvaluationFinished(10, 0.625, Map.of(), 500, 2));
      bus.publish(new Event.EvaluationFinished(20, 0.5, Map.of(), 500, 2));
      bus.publish(ExampleEvents.rollout(20));
      bus.publish(ExampleEvents.update(20));
      bus.publish(new Event.CheckpointSaved(20, "checkpoints/20"));
      bus.publish(new Event.RunFinished(20, Map.of("gold score", 0.75), 754));
    }
    List<String> lines = screen.visible();
    assertThat(lines.subList(lines.size() - 9, lines.size()))
        .containsExactly(
            "Run toy finished: 20 steps in 12m34s",
            "  evaluation, first  0.250  (step 0)",
            "  evaluation, best   0.625  (step 10)",
            "  evaluation, last   0.500  (step 20)",
            "  reward, step 1     0.516",
            "  reward, step 20    0.813",
            "  images sampled     192",
            "  checkpoint         checkpoints/20",
            "  gold score         0.750");
  }

  @Test
  void theTableOfAResumedRunIsThatOfTheWholeAndSaysNothingTwice() {
    Screen screen = new Screen(true);
    Map<String, Double> whole =
        Map.of(
            "score_before", 0.125, "score_after", 0.5, "images", 384.0, "optimizer_updates", 24.0);
    try (EventBus bus = bus(screen)) {
      bus.publish(ExampleEvents.run(10));
      bus.publish(ExampleEvents.rollout(20));
      bus.publish(new Event.EvaluationFinished(20, 0.5, Map.of(), 500, 2));
      bus.publish(new Event.RunFinished(20, whole, 754));
    }
    List<String> lines = screen.visible();
    assertThat(lines.subList(lines.size() - 7, lines.size()))
        .containsExactly(
            "Run toy finished: 20 steps in 12m34s",
            "  evaluation, first  0.125  (step 0)",
            "  evaluation, best   0.500  (step 20)",
            "  evaluation, last   0.500  (step 20)",
            "  reward, step 20    0.813",
            "  images sampled     384",
            "  optimizer updates  24");
  }

  @Test
  void whatIsNoStepIsNoPartOfThePace() {
    Screen screen = new Screen(false);
    try (EventBus bus = new EventBus(screen.clock, List.of(new ConsoleSink(screen.terminal, 5)))) {
      bus.publish(ExampleEvents.run(0));
      screen.clock.pass(250);
      bus.publish(new Event.EvaluationFinished(0, 0.5, Map.of(), 500, 250));
      screen.clock.pass(60);
      bus.publish(new Event.CheckpointSaved(0, "checkpoints/0"));
      screen.clock.pass(20);
      bus.publish(ExampleEvents.update(1));
    }
    // 19 steps of 20 s, and four evaluations (5, 10, 15 and the last) of 250 s
    assertThat(screen.visible())
        .last()
        .isEqualTo("step 1/20  |ratio-1| 2.00e-05  23m00s left  kl 0.250  20s/step");
  }

  @Test
  void aStepShowsHowFarItIs() {
    Screen screen = new Screen(true);
    try (EventBus bus = bus(screen)) {
      bus.publish(ExampleEvents.run(0));
      bus.publish(new Event.StepProgressed(1, "evaluating", 120, 480, "images"));
      assertThat(screen.visible())
          .last()
          .asString()
          .startsWith("evaluating ")
          .endsWith(" 25%  120/480 images");
      bus.publish(new Event.StepProgressed(1, "sampling", 512, 1152, "images"));
      assertThat(screen.visible()).last().asString().endsWith("  0%  sampling 512/1,152 images");
      bus.publish(new Event.StepProgressed(1, "scoring", 480, 1152, "images"));
      assertThat(screen.visible())
          .last()
          .asString()
          .endsWith("  0%  sampling 512/1,152 images, 480 scored");
      screen.clock.pass(10);
      bus.publish(ExampleEvents.rollout(1));
      bus.publish(ExampleEvents.update(1));
      screen.clock.pass(4);
      bus.publish(new Event.StepProgressed(2, "updating", 3, 40, "pairs"));
      assertThat(screen.visible())
          .last()
          .asString()
          .startsWith("step 2/20 ")
          .endsWith("   5%  updating 3/40 pairs  3m06s left  reward 0.516");
    }
  }

  /** Pairs without advantage cost nothing, so that a budget lasts for more steps than planned. */
  @Test
  void aRunMayGoOnPastItsPlan() {
    for (boolean live : new boolean[] {true, false}) {
      Screen screen = new Screen(live);
      try (EventBus bus = bus(screen)) {
        bus.publish(ExampleEvents.run(0));
        screen.clock.pass(60);
        bus.publish(ExampleEvents.rollout(20));
        bus.publish(ExampleEvents.update(20));
        screen.clock.pass(60);
        bus.publish(new Event.StepProgressed(21, "updating", 3, 40, "pairs"));
        String within = screen.visible().get(screen.visible().size() - 1);
        assertThat(within).startsWith("step 21 ").contains("updating 3/40 pairs");
        screen.clock.pass(60);
        bus.publish(ExampleEvents.rollout(21));
        bus.publish(ExampleEvents.update(21));
        String after = screen.visible().get(screen.visible().size() - 1);
        assertThat(after).startsWith("step 21 ").contains("reward 0.828").doesNotContain("left");
        if (live) {
          assertThat(within).contains(" 100%");
          assertThat(after).contains(" 100%");
        }
      }
    }
  }

  @Test
  void whatEndsARunIsSaidOnce() {
    Screen screen = new Screen(false);
    try (EventBus bus = bus(screen)) {
      bus.publish(ExampleEvents.run(0));
      bus.publish(new Event.Message(3, Event.Level.ERROR, "no scorer"));
      bus.publish(new Event.RunStopped(3, Event.Ending.FAILED, "no scorer"));
    }
    assertThat(screen.visible()).containsExactly("Run toy: 20 steps");
  }

  @Test
  void coloursAreForTerminalsThatShowThem() {
    Screen screen = new Screen(new Terminal.Style(true, false, 80, true));
    try (EventBus bus = bus(screen)) {
      bus.publish(new Event.Message(1, Event.Level.WARNING, "look"));
    }
    assertThat(screen.raw()).isEqualTo("\u001b[33mwarning:\u001b[0m look\n");
  }

  private static EventBus bus(Screen screen) {
    return new EventBus(screen.clock, List.of(new ConsoleSink(screen.terminal)));
  }

  private static void train(EventBus bus, Screen screen, int step) {
    screen.clock.pass(step == 5 ? 8 : 1.6);
    bus.publish(ExampleEvents.rollout(step));
    bus.publish(ExampleEvents.update(step));
  }
}
