package dev.meander.rewards;

import dev.meander.image.Image;
import dev.meander.tensor.Natives;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/** Copies between Java arrays and OpenCV matrices; matrices are made inside of {@link #scoped}. */
final class OpenCv {
  static {
    Natives.prepare();
    // Images are small and already scored in parallel.
    Natives.load("opencv", () -> opencv_core.setNumThreads(1));
  }

  private OpenCv() {}

  /** Runs {@code body} and frees every matrix that it made; its value must be a plain Java one. */
  @SuppressWarnings("try") // the scope works by being open
  static <T> T scoped(Supplier<T> body) {
    try (PointerScope scope = new PointerScope()) {
      return body.get();
    }
  }

  /** {@code [height, width]}, three channels of 8 bits, in the image's channel order. */
  static Mat rgb(Image image) {
    return bytes(image.rgb(), image.height(), image.width(), opencv_core.CV_8UC3);
  }

  /** {@code [rows, columns]} of 8 bits. */
  static Mat bytes(byte[] values, int rows, int columns) {
    return bytes(values, rows, columns, opencv_core.CV_8UC1);
  }

  private static Mat bytes(byte[] values, int rows, int columns, int type) {
    Mat mat = new Mat(rows, columns, type);
    new BytePointer(mat.data()).put(values, 0, values.length);
    return mat;
  }

  /** {@code [rows, columns]} of 32-bit floats. */
  static Mat floats(float[] values, int rows, int columns) {
    Mat mat = new Mat(rows, columns, opencv_core.CV_32FC1);
    new FloatPointer(mat.data()).put(values, 0, values.length);
    return mat;
  }

  /** Points, x and y in turn: {@code [points, 1]}, two channels of 32-bit integers. */
  static Mat points(int[] xy) {
    Mat mat = new Mat(xy.length / 2, 1, opencv_core.CV_32SC2);
    new IntPointer(mat.data()).put(xy, 0, xy.length);
    return mat;
  }

  static byte[] bytes(Mat mat) {
    byte[] values = new byte[(int) (mat.total() * mat.channels())];
    new BytePointer(mat.data()).get(values, 0, values.length);
    return values;
  }

  static float[] floats(Mat mat) {
    float[] values = new float[(int) mat.total()];
    new FloatPointer(mat.data()).get(values, 0, values.length);
    return values;
  }

  static int[] ints(Mat mat) {
    int[] values = new int[(int) mat.total()];
    new IntPointer(mat.data()).get(values, 0, values.length);
    return values;
  }

  /** The matrix of {@code x' = scale * x + dx}, {@code y' = scale * y + dy}. */
  static Mat scaling(double scale, double dx, double dy) {
    float[] rows = {(float) scale, 0, (float) dx, 0, (float) scale, (float) dy};
    return floats(rows, 2, 3);
  }

  static Size square(int side) {
    return new Size(side, side);
  }
}
