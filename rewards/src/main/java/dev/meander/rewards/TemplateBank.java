package dev.meander.rewards;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Templates of one size, compared with a patch by normalised cross-correlation (the cosine between
 * the two after each lost its mean), all in one matrix product.
 */
final class TemplateBank {
  /** One image of a class; a class may have several. */
  record Template(String name, float[] pixels) {}

  private final List<String> names;
  private final float[] rows;
  private final int pixels;

  TemplateBank(List<Template> templates) {
    names = templates.stream().map(Template::name).toList();
    pixels = templates.get(0).pixels().length;
    rows = new float[names.size() * pixels];
    for (int i = 0; i < names.size(); i++) {
      float[] row = normalised(templates.get(i).pixels());
      System.arraycopy(row, 0, rows, i * pixels, pixels);
    }
  }

  /** The best correlation of each class for each patch, -1 to 1; all 0 for a flat patch. */
  List<Map<String, Double>> match(List<float[]> patches) {
    if (patches.isEmpty()) {
      return List.of();
    }
    float[] products = OpenCv.scoped(() -> multiply(patches));
    List<Map<String, Double>> matches = new ArrayList<>();
    for (int p = 0; p < patches.size(); p++) {
      Map<String, Double> best = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        best.merge(names.get(i), (double) products[p * names.size() + i], Math::max);
      }
      matches.add(best);
    }
    return matches;
  }

  /** {@code [patches, pixels] x [pixels, templates]}, row by row. */
  private float[] multiply(List<float[]> patches) {
    float[] flat = new float[patches.size() * pixels];
    for (int i = 0; i < patches.size(); i++) {
      System.arraycopy(normalised(patches.get(i)), 0, flat, i * pixels, pixels);
    }
    Mat left = OpenCv.floats(flat, patches.size(), pixels);
    Mat right = OpenCv.floats(rows, names.size(), pixels);
    Mat out = new Mat();
    opencv_core.gemm(left, right, 1, new Mat(), 0, out, opencv_core.GEMM_2_T);
    return OpenCv.floats(out);
  }

  private static float[] normalised(float[] values) {
    double mean = 0;
    for (float value : values) {
      mean += value / values.length;
    }
    double squares = 0;
    for (float value : values) {
      squares += (value - mean) * (value - mean);
    }
    float[] out = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      out[i] = squares == 0 ? 0 : (float) ((values[i] - mean) / Math.sqrt(squares));
    }
    return out;
  }
}
