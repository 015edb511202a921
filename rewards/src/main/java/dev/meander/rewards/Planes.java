package dev.meander.rewards;

import dev.meander.image.Image;
import dev.meander.image.Resample;
import java.util.List;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Images as a network's input: scaled to a size (by area when shrunk, else bicubic), in 0 to 1,
 * {@code (value - mean) / std} by channel.
 *
 * @param height the height of the input
 * @param width the width of the input
 */
record Planes(
    int height,
    int width,
    List<Double> mean,
    List<Double> std,
    OnnxConfig.Layout layout,
    OnnxConfig.Fit fit) {

  /** Numbers of one image. */
  int length() {
    return 3 * height * width;
  }

  /** The input's axes. */
  long[] shape(int pictures) {
    return switch (layout) {
      case NCHW -> new long[] {pictures, 3, height, width};
      case NHWC -> new long[] {pictures, height, width, 3};
    };
  }

  /** Writes the image in the place of the {@code index}-th. */
  void write(Image image, float[] out, int index) {
    byte[] rgb = scaled(fit == OnnxConfig.Fit.CROP ? middle(image) : image);
    int n = height * width;
    for (int i = 0; i < rgb.length; i++) {
      int c = i % 3;
      double value = ((rgb[i] & 0xff) / 255.0 - mean.get(c)) / std.get(c);
      int at = layout == OnnxConfig.Layout.NCHW ? c * n + i / 3 : i;
      out[index * length() + at] = (float) value;
    }
  }

  /** The largest part in the middle that has the input's proportions. */
  private Image middle(Image image) {
    int w = Math.min(image.width(), Math.max(1, image.height() * width / height));
    int h = Math.min(image.height(), Math.max(1, image.width() * height / width));
    return Resample.crop(image, (image.width() - w) / 2, (image.height() - h) / 2, w, h);
  }

  private byte[] scaled(Image image) {
    if (image.width() == width && image.height() == height) {
      return image.rgb();
    }
    int how =
        image.width() > width && image.height() > height
            ? opencv_imgproc.INTER_AREA
            : opencv_imgproc.INTER_CUBIC;
    return OpenCv.scoped(
        () -> {
          Mat to = new Mat();
          opencv_imgproc.resize(OpenCv.rgb(image), to, new Size(width, height), 0, 0, how);
          return OpenCv.bytes(to);
        });
  }
}
