package dev.meander.train;

import dev.meander.distributed.Peers;
import dev.meander.image.Image;
import dev.meander.image.ImageStatistics;
import dev.meander.layout.LayoutPart;
import dev.meander.layout.RolloutLayout;
import dev.meander.rollout.Rollout;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What is known of a rollout when all processes have sampled and scored their parts: the same on
 * all of them, in the order of the rollout, whoever made what.
 *
 * @param scores the scores of every image, by the layout's number, by each reward and, behind them,
 *     each gold reward
 * @param last the last image of every row
 * @param cost what sampling all parts took
 */
record RolloutReport(List<float[]> scores, LastImages last, Rollout.Cost cost) {
  /**
   * Tells the others what this process has, and hears what they have.
   *
   * @param own the scores of this process's images, numbered through its parts
   */
  static RolloutReport exchange(Peers peers, long step, SharedRollout rollout, List<float[]> own) {
    double[][] all = peers.gather("the scores of rollout " + step, numbers(rollout, own).toArray());
    Map<Integer, Image> small =
        Pictures.gather(peers, "the images of rollout " + step, small(rollout));
    DoubleBuffer in =
        DoubleBuffer.wrap(Arrays.stream(all).flatMapToDouble(Arrays::stream).toArray());
    return read(rollout, own.size(), in, small);
  }

  /** Part by part: its cost, the scores of its images, how the last image of each row looks. */
  private static DoubleStream numbers(SharedRollout rollout, List<float[]> scores) {
    DoubleStream.Builder out = DoubleStream.builder();
    int image = 0;
    for (SampledPart sampled : rollout.own()) {
      out.add(sampled.result().cost().passes()).add(sampled.result().cost().evaluations());
      for (int i = 0; i < sampled.part().images().length; i++) {
        for (float[] reward : scores) {
          out.add(reward[image]);
        }
        image++;
      }
      for (ImageStatistics s :
          lastImages(sampled).parallelStream().map(ImageStatistics::of).toList()) {
        out.add(s.sharpness()).add(s.edgeDensity()).add(s.saturation());
      }
    }
    return out.build();
  }

  private static List<Image> lastImages(SampledPart sampled) {
    RolloutLayout layout = sampled.part().layout();
    return IntStream.range(0, layout.rows())
        .mapToObj(i -> sampled.result().images().get(layout.lastImage(i)))
        .toList();
  }

  /** The last images of this process by the rollout's rows, as small as they are compared. */
  private static Map<Integer, Image> small(SharedRollout rollout) {
    Map<Integer, Image> small = new TreeMap<>();
    for (SampledPart sampled : rollout.own()) {
      List<Image> last = lastImages(sampled);
      for (int i = 0; i < last.size(); i++) {
        small.put(sampled.part().rows()[i], ImageStatistics.compared(last.get(i)));
      }
    }
    return small;
  }

  private static RolloutReport read(
      SharedRollout rollout, int rewards, DoubleBuffer in, Map<Integer, Image> small) {
    RolloutLayout layout = rollout.layout();
    List<float[]> scores = new ArrayList<>();
    IntStream.range(0, rewards).forEach(r -> scores.add(new float[layout.images()]));
    ImageStatistics[] statistics = new ImageStatistics[layout.rows()];
    long passes = 0;
    long evaluations = 0;
    for (LayoutPart part : rollout.parts()) {
      passes += (long) in.get();
      evaluations += (long) in.get();
      for (int image : part.images()) {
        for (float[] reward : scores) {
          reward[image] = (float) in.get();
        }
      }
      for (int row : part.rows()) {
        statistics[row] = new ImageStatistics(in.get(), in.get(), in.get());
      }
    }
    return new RolloutReport(
        scores,
        new LastImages(layout, List.of(statistics), small),
        new Rollout.Cost(passes, evaluations));
  }
}
