package dev.meander.train;

import dev.meander.distributed.PartRange;
import dev.meander.distributed.Peers;
import dev.meander.layout.LayoutPart;
import dev.meander.loss.GrpoLoss;
import dev.meander.rollout.Transitions;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * The transitions that this process trains on in one update. It has sampled most of them; the
 * others come from the processes that did, when pairs that need no pass lie unevenly.
 */
final class DealtTransitions {
  private final SharedRollout rollout;
  private final long[] latent; // [C, H, W]
  private final int values; // of a latent
  private final boolean means;
  private final boolean references;
  private final int[] partOf; // of each row of the rollout
  private final int[] placeOf; // of each row in its part
  private final Map<Pair, Integer> moved = new HashMap<>(); // its place in what was received
  private Tensor received;

  /**
   * A pair's transition, views of what holds it.
   *
   * @param before [C, H, W]
   * @param after [C, H, W]
   * @param logProb a number
   * @param mean the mean, where the loss needs it
   * @param referenceMean the mean under the reference policy, likewise
   */
  record Transition(
      Tensor before,
      Tensor after,
      Tensor logProb,
      Optional<Tensor> mean,
      Optional<Tensor> referenceMean) {}

  private DealtTransitions(SharedRollout rollout, long[] latent, GrpoLoss loss) {
    this.rollout = rollout;
    this.latent = latent;
    this.values = Math.toIntExact(Arrays.stream(latent).reduce(1, Math::multiplyExact));
    this.means = loss.objective().needsOldMean();
    this.references = loss.kl().needsReference();
    this.partOf = new int[rollout.layout().rows()];
    this.placeOf = new int[rollout.layout().rows()];
    for (int p = 0; p < rollout.parts().size(); p++) {
      LayoutPart part = rollout.parts().get(p);
      for (int place = 0; place < part.rows().length; place++) {
        partOf[part.rows()[place]] = p;
        placeOf[part.rows()[place]] = place;
      }
    }
  }

  /**
   * Moves what some process trains on and another has sampled. What was received belongs to the
   * caller's scope.
   *
   * @param what the update, for messages
   * @param latent the shape of a latent
   * @param parts the pairs of every part of the update, the same on all processes
   */
  static DealtTransitions of(
      Peers peers,
      String what,
      SharedRollout rollout,
      long[] latent,
      GrpoLoss loss,
      List<List<Pair>> parts) {
    DealtTransitions dealt = new DealtTransitions(rollout, latent, loss);
    if (peers.size() > 1) {
      dealt.move(peers, "the transitions of " + what, parts);
    }
    return dealt;
  }

  private void move(Peers peers, String what, List<List<Pair>> parts) {
    int size = peers.size();
    int count = parts.size();
    int[] holder = new int[count];
    for (int rank = 0; rank < size; rank++) {
      PartRange range = PartRange.of(count, rank, size);
      Arrays.fill(holder, range.from(), range.to(), rank);
    }
    long[][] counts = new long[size][size];
    List<Pair> sent = new ArrayList<>();
    List<List<Pair>> got = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      got.add(new ArrayList<>());
    }
    long width = width();
    for (int p = 0; p < count; p++) {
      for (Pair pair : parts.get(p)) {
        int from = holder[partOf[pair.row()]];
        if (from != holder[p]) {
          counts[from][holder[p]] += width;
          if (from == peers.rank()) {
            sent.add(pair);
          } else if (holder[p] == peers.rank()) {
            got.get(from).add(pair);
          }
        }
      }
    }
    if (Arrays.stream(counts).flatMapToLong(Arrays::stream).allMatch(n -> n == 0)) {
      return;
    }
    got.stream().flatMap(List::stream).forEach(pair -> moved.put(pair, moved.size()));
    try (Scope scope = new Scope()) {
      received = scope.keep(peers.deal(what, flat(sent), counts));
    }
  }

  private long width() {
    return values * (2L + (means ? 1 : 0) + (references ? 1 : 0)) + 1;
  }

  private Tensor flat(List<Pair> pairs) {
    if (pairs.isEmpty()) {
      return Tensors.of(new float[0], 0);
    }
    return Autograd.noGrad(
        () -> {
          List<Tensor> all = new ArrayList<>();
          for (Pair pair : pairs) {
            Transition t = sampled(pair);
            all.add(t.before());
            all.add(t.after());
            all.add(t.logProb());
            t.mean().ifPresent(all::add);
            t.referenceMean().ifPresent(all::add);
          }
          return Tensors.cat(0, all.stream().map(t -> t.reshape(-1)).toArray(Tensor[]::new));
        });
  }

  /** The transition of a pair that this process trains on; from any thread. */
  Transition of(Pair pair) {
    Integer place = moved.get(pair);
    return place == null ? sampled(pair) : received(place);
  }

  private Transition sampled(Pair pair) {
    SampledPart part = rollout.own().get(partOf[pair.row()] - rollout.range().from());
    int place = placeOf[pair.row()];
    Function<List<Tensor>, Tensor> view = all -> all.get(pair.step()).select(0, place);
    Transitions t = part.result().transitions();
    return new Transition(
        view.apply(t.before()),
        view.apply(t.after()),
        view.apply(t.logProbs()),
        t.means().filter(all -> means).map(view),
        t.referenceMeans().filter(all -> references).map(view));
  }

  private Transition received(int place) {
    Tensor all = received.narrow(0, place * width(), width());
    long next = 2L * values + 1;
    return new Transition(
        all.narrow(0, 0, values).view(latent),
        all.narrow(0, values, values).view(latent),
        all.select(0, 2L * values),
        means ? Optional.of(all.narrow(0, next, values).view(latent)) : Optional.empty(),
        references
            ? Optional.of(all.narrow(0, next + (means ? values : 0), values).view(latent))
            : Optional.empty());
  }
}
