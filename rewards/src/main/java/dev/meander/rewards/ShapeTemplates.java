package dev.meander.rewards;

import dev.meander.toybox.Shape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * The frame in which shapes are compared: 32 x 32, the centroid in the middle, the area 16 x 16.
 *
 * <p>Position and size are thereby gone. Every rotation is a template of its own, 7.5 degrees
 * apart: a turned square is still a square, and without these a turned cross would pass for one.
 */
final class ShapeTemplates {
  static final int SIDE = 32;
  private static final double AREA_ROOT = 16;
  private static final double STEP = 7.5;
  private static final double[] SOFTNESS = {1.0, 2.0};
  private static final int CANVAS = 128;

  private ShapeTemplates() {}

  /** Every shape at every rotation. */
  static TemplateBank bank() {
    List<TemplateBank.Template> templates = new ArrayList<>();
    for (Shape shape : Shape.values()) {
      for (double angle = 0; angle < period(shape); angle += STEP) {
        for (double softness : SOFTNESS) {
          float[] pixels = draw(shape, Math.toRadians(angle), softness);
          templates.add(new TemplateBank.Template(shape.word(), pixels));
        }
      }
    }
    return new TemplateBank(templates);
  }

  /** Degrees after which the shape looks the same. */
  private static double period(Shape shape) {
    return switch (shape) {
      case CIRCLE -> STEP;
      case SQUARE, CROSS -> 90;
      case TRIANGLE -> 120;
      case STAR -> 72;
    };
  }

  /** Brings a map of coverage {@code [height * width]} into the frame: {@code SIDE * SIDE}. */
  static float[] normalise(float[] coverage, int width, int height) {
    double area = 0;
    double sumX = 0;
    double sumY = 0;
    for (int i = 0; i < coverage.length; i++) {
      area += coverage[i];
      sumX += coverage[i] * (i % width);
      sumY += coverage[i] * (i / width);
    }
    double scale = AREA_ROOT / Math.sqrt(area);
    double dx = (SIDE - 1) / 2.0 - scale * sumX / area;
    double dy = (SIDE - 1) / 2.0 - scale * sumY / area;
    return OpenCv.scoped(
        () -> {
          Mat frame = new Mat();
          opencv_imgproc.warpAffine(
              OpenCv.floats(coverage, height, width),
              frame,
              OpenCv.scaling(scale, dx, dy),
              OpenCv.square(SIDE),
              opencv_imgproc.INTER_LINEAR,
              opencv_core.BORDER_CONSTANT,
              new Scalar());
          return OpenCv.floats(frame);
        });
  }

  private static float[] draw(Shape shape, double angle, double softness) {
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    float[] canvas = new float[CANVAS * CANVAS];
    double unit = CANVAS / 3.2;
    for (int i = 0; i < canvas.length; i++) {
      double u = (i % CANVAS + 0.5 - CANVAS / 2.0) / unit;
      double v = (i / CANVAS + 0.5 - CANVAS / 2.0) / unit;
      canvas[i] = shape.contains(cos * u + sin * v, cos * v - sin * u) ? 1 : 0;
    }
    float[] softened =
        OpenCv.scoped(
            () -> {
              Mat soft = new Mat();
              // About three canvas pixels to one of the frame: soften before the reduction.
              opencv_imgproc.GaussianBlur(
                  OpenCv.floats(canvas, CANVAS, CANVAS), soft, OpenCv.square(31), 3 * softness);
              return OpenCv.floats(soft);
            });
    return normalise(softened, CANVAS, CANVAS);
  }
}
