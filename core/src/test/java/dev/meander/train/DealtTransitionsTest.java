package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.distributed.PartRange;
import dev.meander.distributed.ThreadPeers;
import dev.meander.layout.Chains;
import dev.meander.layout.LayoutPart;
import dev.meander.layout.RolloutLayout;
import dev.meander.loss.ClippedObjective;
import dev.meander.loss.GrpoLoss;
import dev.meander.loss.GuardObjective;
import dev.meander.loss.NoKl;
import dev.meander.loss.PaperKl;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.CleanLatents;
import dev.meander.rollout.Rollout;
import dev.meander.rollout.Transitions;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs are dealt out evenly, and whoever trains on one gets its transition. */
class DealtTransitionsTest {
  private static final int PARTS = 6;
  private static final int STEPS = 2;
  private static final int ROWS = 20;
  private static final long[] LATENT = {1, 2, 2};

  private static List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      for (int step = 0; step < STEPS; step++) {
        if (row > 12 || (row + step) % 5 == 0) { // the first ones are mostly silent
          pairs.add(new Pair(row, step));
        }
      }
    }
    return pairs;
  }

  @Test
  void partsAreNearlyEquallyLargeAndHoldAllPairsOnce() {
    List<Pair> pairs = pairs();
    for (int count : new int[] {1, 2, 6, 7, 100}) {
      List<List<Pair>> parts = Pair.parts(pairs, count);
      assertThat(parts).hasSize(count);
      assertThat(parts.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(pairs);
      assertThat(parts)
          .allMatch(
              part ->
                  part.size() == pairs.size() / count || part.size() == pairs.size() / count + 1);
    }
    assertThat(Pair.parts(pairs, 1).get(0)).startsWith(new Pair(0, 0), new Pair(5, 0));
  }

  /** The number that stands everywhere in a tensor of a pair. */
  private static float value(Pair pair, int kind) {
    return 100 * kind + 10 * pair.step() + pair.row() / 100f;
  }

  private static List<Tensor> tensors(LayoutPart part, int kind, long... shape) {
    int values =
        (int) IntStream.range(0, shape.length).mapToLong(i -> shape[i]).reduce(1, (a, b) -> a * b);
    List<Tensor> bySteps = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      float[] all = new float[part.rows().length * values];
      for (int i = 0; i < all.length; i++) {
        all[i] = value(new Pair(part.rows()[i / values], step), kind);
      }
      long[] stacked = new long[shape.length + 1];
      stacked[0] = part.rows().length;
      System.arraycopy(shape, 0, stacked, 1, shape.length);
      bySteps.add(Tensors.of(all, stacked));
    }
    return part.rows().length == 0 ? List.of() : bySteps;
  }

  private static SharedRollout rollout(int rank, int size, boolean all) {
    List<PromptGroup> groups =
        List.of(
            new PromptGroup(0, Prompt.of("0", "a"), ROWS / 2),
            new PromptGroup(1, Prompt.of("1", "b"), ROWS / 2));
    RolloutLayout layout = new Chains(0).layout(groups, new StepRange(0, STEPS), false);
    List<LayoutPart> parts = layout.parts(PARTS, 1);
    PartRange range = PartRange.of(PARTS, rank, size);
    List<SampledPart> own = new ArrayList<>();
    for (LayoutPart part : parts.subList(range.from(), range.to())) {
      Transitions transitions =
          new Transitions(
              tensors(part, 0, LATENT),
              tensors(part, 1, LATENT),
              tensors(part, 2),
              all ? Optional.of(tensors(part, 3, LATENT)) : Optional.empty(),
              all ? Optional.of(tensors(part, 4, LATENT)) : Optional.empty());
      own.add(
          new SampledPart(
              part,
              new Rollout.Result(
                  layout,
                  transitions,
                  new CleanLatents(List.of()),
                  List.of(),
                  new Rollout.Cost(0, 0))));
    }
    return new SharedRollout(layout, parts, range, own);
  }

  private static void isOf(Tensor tensor, Pair pair, int kind, long... shape) {
    assertThat(Tensors.shape(tensor)).isEqualTo(shape);
    for (float v : Tensors.floats(tensor)) {
      assertThat(v).isEqualTo(value(pair, kind));
    }
  }

  /** Trains on nothing, and looks at what it would train on. */
  private static int received(int size, boolean all, GrpoLoss loss) {
    List<List<Pair>> parts = Pair.parts(pairs(), PARTS);
    List<Object> seen =
        ThreadPeers.run(
            size,
            peers -> {
              Engine.start(1);
              try (Scope scope = new Scope()) {
                SharedRollout rollout = rollout(peers.rank(), size, all);
                DealtTransitions dealt =
                    DealtTransitions.of(peers, "update 1", rollout, LATENT, loss, parts);
                int count = 0;
                for (int p = rollout.range().from(); p < rollout.range().to(); p++) {
                  for (Pair pair : parts.get(p)) {
                    DealtTransitions.Transition t = dealt.of(pair);
                    isOf(t.before(), pair, 0, LATENT);
                    isOf(t.after(), pair, 1, LATENT);
                    isOf(t.logProb(), pair, 2);
                    assertThat(t.mean().isPresent()).isEqualTo(all);
                    t.mean().ifPresent(mean -> isOf(mean, pair, 3, LATENT));
                    t.referenceMean().ifPresent(mean -> isOf(mean, pair, 4, LATENT));
                    count++;
                  }
                }
                return count;
              }
            });
    assertThat(seen).allMatch(count -> count instanceof Integer, seen.toString());
    return seen.stream().mapToInt(count -> (Integer) count).max().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 8})
  void whoeverTrainsOnAPairHasItsTransition(int size) {
    int most = (PARTS + size - 1) / size;
    int ofPart = (pairs().size() + PARTS - 1) / PARTS;
    GrpoLoss plain = new GrpoLoss(new ClippedObjective(1), new NoKl());
    assertThat(received(size, false, plain)).isBetween(most, most * ofPart);
    GrpoLoss rich = new GrpoLoss(new GuardObjective(1), new PaperKl(0.1));
    assertThat(received(size, true, rich)).isBetween(most, most * ofPart);
  }
}
