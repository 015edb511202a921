package dev.meander.train;

import dev.meander.distributed.PartRange;
import dev.meander.image.Image;
import dev.meander.layout.LayoutPart;
import dev.meander.layout.RolloutLayout;
import dev.meander.rollout.FinishedImage;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.rollout.RolloutListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A rollout of which each process samples some parts.
 *
 * @param layout the whole tree
 * @param parts all parts, whoever samples them
 * @param range those of this process
 * @param own what this process sampled, in the order of its parts
 */
record SharedRollout(
    RolloutLayout layout, List<LayoutPart> parts, PartRange range, List<SampledPart> own) {
  SharedRollout {
    parts = List.copyOf(parts);
    own = List.copyOf(own);
  }

  /** Cuts a rollout into parts; nothing is sampled yet. */
  static SharedRollout of(RolloutLayout layout, List<LayoutPart> parts, PartRange range) {
    return new SharedRollout(layout, parts, range, List.of());
  }

  /** The images that this process makes, by the rollout's numbers. */
  int[] ownImages() {
    return ownParts().stream().flatMapToInt(part -> Arrays.stream(part.images())).toArray();
  }

  private List<LayoutPart> ownParts() {
    return parts.subList(range.from(), range.to());
  }

  /**
   * Samples this process's parts, one after the other.
   *
   * @param listener hears how it goes; the images are numbered through this process's parts from 0
   */
  SharedRollout sample(
      Rollout rollout, GroupConditioning prompts, Rollout.Extras extras, RolloutListener listener) {
    List<SampledPart> sampled = new ArrayList<>();
    int before = 0;
    for (LayoutPart part : ownParts()) {
      int first = before;
      sampled.add(
          new SampledPart(
              part,
              rollout.run(
                  part.layout(),
                  prompts,
                  extras,
                  new RolloutListener() {
                    @Override
                    public void finished(List<FinishedImage> images) {
                      listener.finished(
                          images.stream()
                              .map(i -> new FinishedImage(first + i.index(), i.group(), i.image()))
                              .toList());
                    }

                    @Override
                    public void passed() {
                      listener.passed();
                    }
                  })));
      before += part.images().length;
    }
    return new SharedRollout(layout, parts, range, sampled);
  }

  /** This process's images by the rollout's numbers. */
  Map<Integer, Image> images() {
    Map<Integer, Image> images = new TreeMap<>();
    for (SampledPart sampled : own) {
      for (int i = 0; i < sampled.part().images().length; i++) {
        images.put(sampled.part().images()[i], sampled.result().images().get(i));
      }
    }
    return images;
  }
}
