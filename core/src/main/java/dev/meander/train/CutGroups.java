package dev.meander.train;

import dev.meander.distributed.PartRange;
import dev.meander.distributed.Peers;
import dev.meander.image.Image;
import dev.meander.layout.LayoutPart;
import dev.meander.prompt.PromptGroup;
import dev.meander.reward.Reward;
import dev.meander.reward.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The images of one prompt and place that several processes made: the process that has the first
 * gets the others and scores them for all.
 */
final class CutGroups {
  private final Peers peers;
  private final long step;
  private final List<int[]> places;
  private final int[] scorers; // the process that scores each
  private final List<List<Reward.Sample>> mine = new ArrayList<>();

  /** Brings the images together; all processes do this at the same time. */
  CutGroups(Peers peers, long step, SharedRollout rollout) {
    this.peers = peers;
    this.step = step;
    int[] ranks = ranks(rollout);
    this.places =
        rollout.layout().places().stream()
            .filter(place -> Arrays.stream(place).map(i -> ranks[i]).distinct().count() > 1)
            .toList();
    this.scorers = places.stream().mapToInt(place -> ranks[place[0]]).toArray();
    Map<Integer, Image> own = rollout.images();
    for (int c = 0; c < scorers.length; c++) {
      int[] place = places.get(c);
      Set<Integer> members = new HashSet<>(Arrays.stream(place).boxed().toList());
      Map<Integer, Image> here = new TreeMap<>(own);
      here.keySet().retainAll(members);
      // One by one: of all together there may be gigabytes.
      Map<Integer, Image> all =
          Pictures.gather(
              peers, "the images of shared group %d of rollout %d".formatted(c, step), here);
      if (scorers[c] == peers.rank()) {
        PromptGroup group = rollout.layout().groupOfImage(place[0]);
        mine.add(
            Samples.of(
                Collections.nCopies(place.length, group.prompt()),
                Arrays.stream(place).mapToObj(all::get).toList()));
      }
    }
  }

  /** The process that makes each image. */
  private int[] ranks(SharedRollout rollout) {
    List<LayoutPart> parts = rollout.parts();
    int[] ranks = new int[rollout.layout().images()];
    for (int rank = 0; rank < peers.size(); rank++) {
      PartRange range = PartRange.of(parts.size(), rank, peers.size());
      for (LayoutPart part : parts.subList(range.from(), range.to())) {
        for (int image : part.images()) {
          ranks[image] = rank;
        }
      }
    }
    return ranks;
  }

  /** The images of each such group, by the layout's numbers. */
  List<int[]> places() {
    return places;
  }

  /** The groups that this process scores. */
  List<List<Reward.Sample>> mine() {
    return mine;
  }

  /**
   * The scores of all of {@link #places}.
   *
   * @param reward the name of the reward
   * @param own the scores of {@link #mine}
   */
  List<float[]> exchange(String reward, List<float[]> own) {
    DoubleStream numbers =
        own.stream()
            .flatMapToDouble(
                scores -> IntStream.range(0, scores.length).mapToDouble(i -> scores[i]));
    double[][] all =
        peers.gather(
            "the scores of shared groups of rollout %d by %s".formatted(step, reward),
            numbers.toArray());
    int[] read = new int[all.length];
    List<float[]> scores = new ArrayList<>();
    for (int c = 0; c < scorers.length; c++) {
      float[] group = new float[places.get(c).length];
      for (int i = 0; i < group.length; i++) {
        group[i] = (float) all[scorers[c]][read[scorers[c]]++];
      }
      scores.add(group);
    }
    return scores;
  }
}
