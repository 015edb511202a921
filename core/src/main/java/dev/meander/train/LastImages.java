package dev.meander.train;

import dev.meander.event.Event;
import dev.meander.image.Image;
import dev.meander.image.ImageStatistics;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.Trajectories;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The last image of every sample of a rollout. */
final class LastImages {
  private LastImages() {}

  /** How they look; {@code gold} is handed on. */
  static Event.ImagesMeasured measure(
      long step, Trajectories trajectories, Map<String, Double> gold) {
    List<Image> images =
        IntStream.range(0, trajectories.samples())
            .mapToObj(i -> trajectories.finals().images().get(trajectories.finals().last(i)))
            .toList();
    double diversity = 0;
    int row = 0;
    for (PromptGroup group : trajectories.groups()) {
      diversity += ImageStatistics.diversity(images.subList(row, row + group.size()));
      row += group.size();
    }
    ImageStatistics mean = ImageStatistics.mean(images);
    return new Event.ImagesMeasured(
        step,
        gold,
        mean.sharpness(),
        mean.edgeDensity(),
        mean.saturation(),
        diversity / trajectories.groups().size());
  }
}
