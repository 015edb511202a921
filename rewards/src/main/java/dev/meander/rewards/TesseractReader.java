package dev.meander.rewards;

import dev.meander.image.Image;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/** Tesseract for any number of threads: engines are made when they are first needed, and kept. */
final class TesseractReader implements TextReader {
  private final TesseractConfig config;
  private final byte[] data;
  private final Deque<Tesseract> idle = new ArrayDeque<>();
  private boolean closed;

  /**
   * Makes a first engine.
   *
   * @throws dev.meander.config.UserError when the data is not Tesseract's
   */
  TesseractReader(TesseractConfig config, byte[] data) {
    this.config = config;
    this.data = data;
    idle.push(engine());
  }

  private Tesseract engine() {
    return new Tesseract(data, config);
  }

  @Override
  public String read(Image image) {
    Tesseract engine = borrow();
    try {
      Grey page = page(image);
      return engine.read(page.pixels(), page.width(), page.height()).replaceAll("\\s", "");
    } finally {
      giveBack(engine);
    }
  }

  private record Grey(byte[] pixels, int width, int height) {}

  /** Grey levels, enlarged where the image is small, and smoothed as the settings say. */
  private Grey page(Image image) {
    double scale =
        Math.max(1, config.enlargeTo() / (double) Math.min(image.width(), image.height()));
    int width = (int) Math.round(scale * image.width());
    int height = (int) Math.round(scale * image.height());
    byte[] pixels =
        OpenCv.scoped(
            () -> {
              Mat grey = new Mat();
              opencv_imgproc.cvtColor(OpenCv.rgb(image), grey, opencv_imgproc.COLOR_RGB2GRAY);
              Mat large = new Mat();
              opencv_imgproc.resize(
                  grey, large, new Size(width, height), 0, 0, opencv_imgproc.INTER_CUBIC);
              if (config.smoothing() > 0) {
                double sigma = scale * config.smoothing();
                opencv_imgproc.GaussianBlur(large, large, new Size(0, 0), sigma);
              }
              if (config.blackAndWhite()) {
                opencv_imgproc.threshold(large, large, 0, 255, opencv_imgproc.THRESH_OTSU);
              }
              return OpenCv.bytes(large);
            });
    return new Grey(pixels, width, height);
  }

  private Tesseract borrow() {
    synchronized (idle) {
      if (closed) {
        throw new IllegalStateException("the reward ocr is closed");
      }
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    return engine();
  }

  private void giveBack(Tesseract engine) {
    synchronized (idle) {
      if (!closed) {
        idle.push(engine);
        return;
      }
    }
    engine.close();
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      while (!idle.isEmpty()) {
        idle.pop().close();
      }
    }
  }
}
