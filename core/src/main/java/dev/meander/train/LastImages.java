package dev.meander.train;

import dev.meander.event.Event;
import dev.meander.image.Image;
import dev.meander.image.ImageStatistics;
import dev.meander.layout.RolloutLayout;
import dev.meander.rollout.Rollout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The last image of every sample of a rollout. */
final class LastImages {
  private LastImages() {}

  /** How they look; {@code gold} is handed on. */
  static Event.ImagesMeasured measure(long step, Rollout.Result rollout, Map<String, Double> gold) {
    RolloutLayout layout = rollout.layout();
    List<Image> images = new ArrayList<>();
    double diversity = 0;
    for (int[] rows : layout.rowsByGroup()) {
      List<Image> group =
          Arrays.stream(rows).mapToObj(i -> rollout.images().get(layout.lastImage(i))).toList();
      diversity += ImageStatistics.diversity(group);
      images.addAll(group);
    }
    ImageStatistics mean = ImageStatistics.mean(images);
    return new Event.ImagesMeasured(
        step,
        gold,
        mean.sharpness(),
        mean.edgeDensity(),
        mean.saturation(),
        diversity / layout.groups().size());
  }
}
