package dev.meander.rewards;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settings of the reward {@code onnx}. */
public record OnnxConfig(
    @Doc("The ONNX file.") Path file,
    @Doc("Height and width that the network wants.") @Positive List<Integer> size,
    @Doc("Subtracted from red, green and blue, which lie in 0 to 1.") @Default("[0, 0, 0]")
        List<Double> mean,
    @Doc("What the difference is divided by.") @Default("[1, 1, 1]") @Positive List<Double> std,
    @Doc("Order of the input's axes: channels before or behind height and width.") @Default("nchw")
        Layout layout,
    @Doc("Whether the image is stretched to the size, or scaled and cut to its middle.")
        @Default("stretch")
        Fit fit,
    @Doc("Name of the output; left out: the first one.") Optional<String> output,
    @Doc("Which number of an image's row in the output is the score.")
        @Default("0")
        @Range(min = 0, max = 1000000)
        int index,
    @Doc("The score is multiplied by this.") @Default("1.0") double scale,
    @Doc("Most images in one run of the network.") @Default("16") @Positive int batch) {
  private static final long MOST_PIXELS = 1 << 26;

  /** Order of the axes. */
  public enum Layout {
    NCHW,
    NHWC
  }

  /** How images of another shape are brought to the size. */
  public enum Fit {
    STRETCH,
    CROP
  }

  public OnnxConfig {
    requireSize(size);
    require("mean", mean, 3, "[red, green, blue]");
    require("std", std, 3, "[red, green, blue]");
  }

  static void requireSize(List<Integer> size) {
    require("size", size, 2, "[height, width]");
    if ((long) size.get(0) * size.get(1) > MOST_PIXELS) {
      throw new IllegalArgumentException("size must be at most %d pixels".formatted(MOST_PIXELS));
    }
  }

  static void require(String key, List<?> values, int count, String form) {
    if (values.size() != count) {
      throw new IllegalArgumentException(
          key + " must be " + form + ", found " + values.size() + " numbers");
    }
  }
}
