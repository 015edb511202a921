package dev.meander.reward.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.reward.RewardFailed;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The order of requests and waits, with a clock and a chance that the test makes. */
class FailoverTest {
  private static final URI A = URI.create("http://a");
  private static final URI B = URI.create("http://b");
  private static final double SECOND = 1e9;

  private final List<String> asked = new ArrayList<>();
  private final List<Double> waits = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<URI, Deque<Object>> answers =
      new HashMap<>(Map.of(A, new ArrayDeque<>(), B, new ArrayDeque<>()));
  private long now;

  private final Pause pause =
      new Pause() {
        @Override
        public long nanos() {
          return now;
        }

        @Override
        public void sleep(long nanos) {
          waits.add(nanos / SECOND);
          now += nanos;
        }
      };

  private final Transport transport =
      (uri, body) -> {
        URI endpoint = URI.create("http://" + uri.getHost());
        asked.add(uri.getHost());
        Object answer = answers.get(endpoint).isEmpty() ? "ok" : answers.get(endpoint).remove();
        if (answer instanceof Fault fault) {
          throw fault;
        }
        return (String) answer;
      };

  private static final Call<String> CALL =
      new Call<>() {
        @Override
        public String path() {
          return "/q";
        }

        @Override
        public byte[] body() {
          return new byte[0];
        }

        @Override
        public String read(String answer) throws Fault {
          if (answer.equals("nonsense")) {
            throw Fault.passing("answered nonsense");
          }
          return answer;
        }
      };

  private Servers servers(int retries, int breakerFaults, double chance, URI... endpoints) {
    Connection connection = new Connection(1, retries, 0.5, 3, breakerFaults, 10);
    return new Servers(
        "reward test",
        List.of(endpoints),
        2,
        connection,
        transport,
        pause,
        () -> chance,
        warnings::add);
  }

  private void fails(URI endpoint, int times) {
    for (int i = 0; i < times; i++) {
      answers.get(endpoint).add(Fault.passing("fault " + (i + 1)));
    }
  }

  @Test
  void waitsDoubleUpToTheLongest() throws Exception {
    fails(A, 5);

    assertThat(servers(5, 100, 1, A).ask(CALL)).isEqualTo("ok");

    assertThat(waits).containsExactly(0.5, 1.0, 2.0, 3.0, 3.0);
    assertThat(warnings).isEmpty();
  }

  @Test
  void afterTenSecondsWithoutAnAnswerItIsSaid() throws Exception {
    fails(A, 9);

    servers(9, 100, 1, A).ask(CALL);

    assertThat(warnings)
        .containsExactly(
            "reward test: no server gives a usable answer; asked again in 3 s (7 of 9). Last: http://a fault 7");
  }

  @Test
  void halfOfAWaitIsChance() throws Exception {
    fails(A, 3);

    servers(5, 100, 0.5, A).ask(CALL);

    assertThat(waits).containsExactly(0.375, 0.75, 1.5);
  }

  @Test
  void theNextServerIsAskedAtOnce() throws Exception {
    fails(A, 1);

    assertThat(servers(0, 100, 1, A, B).ask(CALL)).isEqualTo("ok");

    assertThat(asked).containsExactly("a", "b");
    assertThat(waits).isEmpty();
  }

  @Test
  void serversTakeTurns() throws Exception {
    Servers servers = servers(0, 100, 1, A, B);

    for (int i = 0; i < 4; i++) {
      servers.ask(CALL);
    }

    assertThat(asked).containsExactly("a", "b", "a", "b");
  }

  @Test
  void anAnswerThatMakesNoSenseIsAFault() throws Exception {
    answers.get(A).add("nonsense");

    assertThat(servers(1, 100, 1, A).ask(CALL)).isEqualTo("ok");
    assertThat(asked).hasSize(2);
  }

  @Test
  void patienceEndsInAFailureThatSaysAll() {
    fails(A, 9);
    fails(B, 9);

    assertThatThrownBy(() -> servers(2, 100, 1, A, B).ask(CALL))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("reward test: no server gave a usable answer, asked 3 times")
        .hasMessageContaining("http://a fault 3")
        .hasMessageContaining("http://b fault 3")
        .hasMessageContaining("To do:");
    assertThat(asked).hasSize(6);
  }

  @Test
  void aServerThatRefusedIsNotAskedAgain() throws Exception {
    answers.get(A).add(Fault.refused("answered 401: no"));
    fails(B, 2);

    assertThat(servers(3, 100, 1, A, B).ask(CALL)).isEqualTo("ok");

    assertThat(asked).containsExactly("a", "b", "b", "b");
  }

  @Test
  void whenAllRefuseNothingIsWaitedFor() {
    answers.get(A).add(Fault.refused("answered 401: no key"));

    assertThatThrownBy(() -> servers(3, 100, 1, A).ask(CALL))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("every server refused")
        .hasMessageContaining("http://a answered 401: no key");
    assertThat(waits).isEmpty();
  }

  @Test
  void aServerMaySayHowLongToWait() throws Exception {
    answers.get(A).add(Fault.busy("answered 429", Duration.ofSeconds(2)));

    servers(3, 100, 1, A).ask(CALL);

    assertThat(waits).containsExactly(2.0);
  }

  @Test
  void aServerThatKeepsFailingIsLeftAlone() throws Exception {
    Servers servers = servers(0, 2, 1, A, B);
    fails(A, 3);

    for (int i = 0; i < 4; i++) {
      servers.ask(CALL);
    }
    assertThat(asked).containsExactly("a", "b", "a", "b", "b", "b");

    asked.clear();
    now += (long) (10 * SECOND); // then one request tries it, in vain
    servers.ask(CALL);
    servers.ask(CALL);
    assertThat(asked).containsExactly("a", "b", "b");

    asked.clear();
    now += (long) (10 * SECOND); // and again, with success
    servers.ask(CALL);
    servers.ask(CALL);
    servers.ask(CALL);
    assertThat(asked).containsExactly("a", "b", "a");
  }

  @Test
  void whereAllAreLeftAloneTheEarliestIsWaitedFor() throws Exception {
    fails(A, 2);

    assertThat(servers(5, 2, 1, A).ask(CALL)).isEqualTo("ok");

    assertThat(waits).containsExactly(0.5, 10.0);
  }

  @Test
  void onlyOneRequestTriesAServerThatFailed() throws Exception {
    Breaker breaker = new Breaker(1, Duration.ofSeconds(1));
    breaker.onFailure(0);
    long later = (long) SECOND;

    assertThat(breaker.tryAcquire(later - 1)).isFalse();
    assertThat(breaker.tryAcquire(later)).isTrue();
    assertThat(breaker.tryAcquire(later)).isFalse();
    breaker.release();
    assertThat(breaker.tryAcquire(later)).isTrue();
    breaker.onSuccess();
    assertThat(breaker.tryAcquire(later)).isTrue();
    assertThat(breaker.tryAcquire(later)).isTrue();
  }
}
