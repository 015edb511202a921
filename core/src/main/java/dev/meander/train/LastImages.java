package dev.meander.train;

import dev.meander.event.Event;
import dev.meander.image.Image;
import dev.meander.image.ImageStatistics;
import dev.meander.layout.RolloutLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The last image of every row of a rollout.
 *
 * @param statistics how each looks, by row
 * @param small each as small as images are compared, by row
 */
record LastImages(
    RolloutLayout layout, List<ImageStatistics> statistics, Map<Integer, Image> small) {
  /** How they look together; {@code gold} is handed on. */
  Event.ImagesMeasured measure(long step, Map<String, Double> gold) {
    double diversity = 0;
    for (int[] rows : layout.rowsByGroup()) {
      diversity += ImageStatistics.diversity(Arrays.stream(rows).mapToObj(small::get).toList());
    }
    ImageStatistics mean = ImageStatistics.average(statistics);
    return new Event.ImagesMeasured(
        step,
        gold,
        mean.sharpness(),
        mean.edgeDensity(),
        mean.saturation(),
        diversity / layout.groups().size());
  }
}
