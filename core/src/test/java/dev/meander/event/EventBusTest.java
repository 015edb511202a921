package dev.meander.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.testing.ExampleEvents;
import dev.meander.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventBusTest {
  private final ManualClock clock = new ManualClock();
  private final List<String> log = new ArrayList<>();

  @Test
  void everySinkSeesEveryEventInOrderWithItsTime() {
    List<Stamped> seen = new ArrayList<>();
    try (EventBus bus =
        new EventBus(clock, List.of(new Logging("a"), seen::add, new Logging("b")))) {
      bus.publish(ExampleEvents.update(1));
      clock.pass(2);
      bus.publish(ExampleEvents.update(2));
    }
    assertThat(log).containsExactly("a1", "b1", "a2", "b2", "a closed", "b closed");
    assertThat(seen)
        .containsExactly(
            new Stamped(ManualClock.START, ExampleEvents.update(1)),
            new Stamped(ManualClock.START.plusSeconds(2), ExampleEvents.update(2)));
  }

  @Test
  void aFailingSinkIsReportedOnceAndTheOthersGoOn() {
    List<Event> seen = new ArrayList<>();
    EventSink collecting = stamped -> seen.add(stamped.event());
    try (EventBus bus = new EventBus(clock, List.of(new Failing(false), collecting))) {
      bus.publish(ExampleEvents.update(1));
      bus.publish(ExampleEvents.update(2));
      bus.publish(ExampleEvents.update(3));
    }
    assertThat(seen)
        .containsExactly(
            ExampleEvents.update(1),
            ExampleEvents.update(2),
            new Event.Message(
                2, Event.Level.WARNING, "Failing failed and is left out from here on: disk full"),
            ExampleEvents.update(3));
    assertThat(log).containsExactly("f1", "f2", "f closed");
  }

  @Test
  void theFailureOfAnEssentialSinkReachesThePublisher() {
    try (EventBus bus = new EventBus(clock, List.of(new Failing(true)))) {
      bus.publish(ExampleEvents.update(1));
      assertThatThrownBy(() -> bus.publish(ExampleEvents.update(2))).hasMessage("disk full");
      bus.publish(ExampleEvents.update(3));
    }
    assertThat(log).containsExactly("f1", "f2", "f3", "f closed");
  }

  @Test
  void whatASinkPublishesFollowsThePresentEvent() {
    EventBus[] bus = new EventBus[1];
    EventSink echo =
        stamped -> {
          if (stamped.event() instanceof Event.UpdateFinished) {
            bus[0].publish(new Event.CheckpointSaved(stamped.event().step() + 10, "x"));
          }
        };
    bus[0] = new EventBus(clock, List.of(echo, new Logging("a")));
    bus[0].publish(ExampleEvents.update(1));
    bus[0].publish(ExampleEvents.update(2));
    assertThat(log).containsExactly("a1", "a11", "a2", "a12");
  }

  @Test
  void closingReachesEverySinkThenThrowsWhatTheEssentialOneThrew() {
    EventSink broken =
        new Logging("x") {
          @Override
          public void close() {
            throw new IllegalStateException("not written");
          }

          @Override
          public boolean essential() {
            return true;
          }
        };
    EventBus bus = new EventBus(clock, List.of(broken, new Logging("a")));
    assertThatThrownBy(bus::close).hasMessage("not written");
    assertThat(log).containsExactly("a closed");
    bus.close();
    assertThat(log).containsExactly("a closed");
  }

  private class Logging implements EventSink {
    private final String name;

    Logging(String name) {
      this.name = name;
    }

    @Override
    public void accept(Stamped stamped) {
      log.add(name + stamped.event().step());
    }

    @Override
    public void close() {
      log.add(name + " closed");
    }
  }

  private final class Failing extends Logging {
    private final boolean essential;

    Failing(boolean essential) {
      super("f");
      this.essential = essential;
    }

    @Override
    public void accept(Stamped stamped) {
      super.accept(stamped);
      if (stamped.event().step() == 2) {
        throw new IllegalStateException("disk full");
      }
    }

    @Override
    public boolean essential() {
      return essential;
    }
  }
}
