package dev.meander.rewards;

import dev.meander.image.Image;
import dev.meander.reward.Detection;
import dev.meander.toybox.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Finds coloured shapes in an image. Stateless; any thread.
 *
 * <p>The score is calibrated on drawn images with noise and blur, never on a model's samples:
 * GenEval's threshold for presence, 0.3, is a correlation of 0.93 with the best template, the one
 * for counting, 0.9, a correlation of 0.955. Drawn shapes reach 0.975 and more, with pixel noise of
 * 0.1 after a blur of one pixel too; smooth random blobs have a median of 0.92.
 */
public final class ShapeDetector {
  /** The correlation that makes GenEval's threshold of presence, 0.3. */
  private static final double PRESENT = 0.93;

  /** The correlation that makes GenEval's threshold of counting, 0.9. */
  private static final double COUNTED = 0.955;

  /** The lead over the second class below which the score falls. */
  private static final double FULL_MARGIN = 0.004;

  private final TemplateBank bank = ShapeTemplates.bank();

  /** What the image shows, best first; nothing is known but its pixels. */
  public List<Detection> detect(Image image) {
    List<Blob> blobs = Segmentation.blobs(image);
    List<Map<String, Double>> correlations = correlations(blobs, image);
    List<Detection> detections = new ArrayList<>();
    for (int i = 0; i < blobs.size(); i++) {
      detections.add(classify(blobs.get(i), correlations.get(i)));
    }
    detections.sort(Comparator.comparingDouble(Detection::score).reversed());
    return detections;
  }

  /** Each blob's best correlation with each class. */
  List<Map<String, Double>> correlations(List<Blob> blobs, Image image) {
    List<float[]> frames = new ArrayList<>();
    for (Blob blob : blobs) {
      frames.add(ShapeTemplates.normalise(blob.coverage(), image.width(), image.height()));
    }
    return bank.match(frames);
  }

  private static Detection classify(Blob blob, Map<String, Double> correlations) {
    String best = null;
    double first = -1;
    double second = -1;
    for (Map.Entry<String, Double> entry : correlations.entrySet()) {
      if (entry.getValue() > first) {
        second = first;
        first = entry.getValue();
        best = entry.getKey();
      } else {
        second = Math.max(second, entry.getValue());
      }
    }
    return new Detection(
        best, score(first, first - second), blob.box(), Color.values()[blob.color()].word());
  }

  /** A shape's confidence: how well the best class fits, less when another fits as well. */
  private static double score(double correlation, double margin) {
    double fit =
        correlation < COUNTED
            ? 0.3 + 0.6 * (correlation - PRESENT) / (COUNTED - PRESENT)
            : 0.9 + 0.1 * (correlation - COUNTED) / (1 - COUNTED);
    return Math.max(0, fit) * Math.min(1, margin / FULL_MARGIN);
  }
}
