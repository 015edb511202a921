package dev.meander.rewards;

import dev.meander.image.Image;
import dev.meander.reward.Reward;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.TextScore;
import dev.meander.reward.Verdict;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Flow-GRPO's visual-text reward (arXiv 2505.05470) with Tesseract as the reader: how much of the
 * prompt's quoted text stands in the picture, 0 to 1 (see {@link TextScore}).
 *
 * <p>Samples are scored in parallel, each thread with an engine of its own, and independently: a
 * score never depends on its batch. Engines are made when they are first needed and kept until the
 * reward is closed.
 */
public final class OcrReward implements Reward, TaskEvaluator {
  private static final String TAG = "text";

  private final OcrConfig config;
  private final byte[] data;
  private final Deque<Tesseract> idle = new ArrayDeque<>();
  private boolean closed;

  /**
   * Loads the language's data and makes a first engine.
   *
   * @throws dev.meander.config.UserError when the data is not found or not Tesseract's
   */
  public OcrReward(OcrConfig config) {
    this.config = config;
    this.data = LanguageData.find(config.language(), config.tessdata(), prefix());
    idle.push(engine());
  }

  /** Where the environment says that Tesseract's data is. */
  static Optional<Path> prefix() {
    return Optional.ofNullable(System.getenv("TESSDATA_PREFIX")).map(Path::of);
  }

  private Tesseract engine() {
    return new Tesseract(data, config);
  }

  @Override
  public float[] score(List<Sample> samples) {
    List<Verdict> verdicts = judge(samples);
    float[] scores = new float[verdicts.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) verdicts.get(i).graded();
    }
    return scores;
  }

  @Override
  public List<Verdict> judge(List<Sample> samples) {
    return samples.parallelStream().map(this::judge).toList();
  }

  private Verdict judge(Sample sample) {
    String target = TextScore.target(sample.prompt().text());
    String read = read(sample.image());
    double reward = TextScore.score(target, read);
    boolean correct = reward == 1;
    String tag = sample.prompt().metadata().path("tag").asText(TAG);
    List<String> reasons = correct ? List.of() : List.of("expected " + target + ", read " + read);
    return new Verdict(tag, correct, reward, reasons);
  }

  /** What stands in the picture, all lines joined, without white space. */
  String read(Image image) {
    Tesseract engine = borrow();
    try {
      Grey page = page(image);
      return engine.read(page.pixels(), page.width(), page.height()).replaceAll("\\s", "");
    } finally {
      giveBack(engine);
    }
  }

  private record Grey(byte[] pixels, int width, int height) {}

  /** Grey levels, enlarged where the picture is small, and smoothed as the settings say. */
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
