package dev.meander.reward;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The detections that count, by class, best first.
 *
 * <p>As in GenEval's released evaluation: scores above 0.3, above 0.9 for the tag {@code counting},
 * and at most 16 of a class.
 */
public final class DetectedObjects {
  private static final double THRESHOLD = 0.3;
  private static final double COUNTING_THRESHOLD = 0.9;
  private static final int MOST = 16;

  private final Map<String, List<Detection>> byClass = new HashMap<>();

  /**
   * @param detections the detections in any order
   * @param tag the prompt's task, which sets the threshold
   */
  public DetectedObjects(List<Detection> detections, String tag) {
    double threshold = tag.equals("counting") ? COUNTING_THRESHOLD : THRESHOLD;
    for (Detection detection : detections) {
      if (detection.score() > threshold && !byClass.containsKey(detection.className())) {
        byClass.put(detection.className(), best(detections, detection.className(), threshold));
      }
    }
  }

  private static List<Detection> best(List<Detection> all, String className, double threshold) {
    return all.stream()
        .filter(d -> d.className().equals(className) && d.score() > threshold)
        .sorted(Comparator.comparingDouble(Detection::score).reversed())
        .limit(MOST)
        .toList();
  }

  /** The objects of this class, best first; empty when there are none. */
  public List<Detection> of(String className) {
    return byClass.getOrDefault(className, List.of());
  }
}
