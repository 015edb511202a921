package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.image.Bicubic;
import dev.meander.image.Image;
import dev.meander.image.Resample;
import dev.meander.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Images to what a vision tower reads: bicubic scaling, cut of the middle, values to [0, 1],
 * normalisation.
 *
 * @param fit how the image comes to its size
 * @param side the side of the result in pixels
 * @param factor the factor of a byte
 * @param mean the per-channel mean, subtracted
 * @param std the per-channel standard deviation, divided by
 */
record ImageProcessor(Fit fit, int side, double factor, List<Double> mean, List<Double> std) {
  static final double TO_UNIT = 1 / 255.0;

  /** What a network never sees of an image is not worth its memory. */
  private static final long MOST_TIMES = 16;

  static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
  static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

  private static final String FILE = "preprocessor_config.json";
  private static final String NEWER_FILE = "processor_config.json";
  private static final int BICUBIC = 3;

  /** How an image of any size becomes a square. */
  sealed interface Fit {
    /**
     * The square.
     *
     * @return [3, side, side] in units of bytes
     */
    float[] square(Image image, int side);
  }

  /** The shorter edge gets a length and the middle is cut out, all in bytes, as transformers do. */
  record ShortestEdge(int edge) implements Fit {
    @Override
    public float[] square(Image image, int side) {
      Image scaled = shorterEdge(image, edge);
      return planar(
          Resample.crop(
              scaled, (scaled.width() - side) / 2, (scaled.height() - side) / 2, side, side));
    }
  }

  /** As torchvision treats a Pillow image: the cut's offset is rounded to the even neighbour. */
  record TorchvisionEdge(int edge) implements Fit {
    @Override
    public float[] square(Image image, int side) {
      Image scaled = shorterEdge(image, edge);
      int left = (int) Math.rint((scaled.width() - side) / 2.0);
      int top = (int) Math.rint((scaled.height() - side) / 2.0);
      return planar(Resample.crop(scaled, left, top, side, side));
    }
  }

  /** Both sides get their lengths whatever the image's proportions, in bytes. */
  record Stretch() implements Fit {
    @Override
    public float[] square(Image image, int side) {
      return planar(Bicubic.resize(image, side, side));
    }
  }

  /**
   * The longer edge gets the side's length and the rest is black, in floats: HPSv2's own transform.
   */
  record LongestEdge() implements Fit {
    @Override
    public float[] square(Image image, int side) {
      double scale = (double) side / Math.max(image.width(), image.height());
      int width = (int) Math.rint(image.width() * scale);
      int height = (int) Math.rint(image.height() * scale);
      float[] scaled = Bicubic.resizeFloat(image, width, height);
      float[] square = new float[3 * side * side];
      int left = (side - width) / 2;
      int top = (side - height) / 2;
      for (int c = 0; c < 3; c++) {
        for (int y = 0; y < height; y++) {
          System.arraycopy(
              scaled, (c * height + y) * width, square, (c * side + top + y) * side + left, width);
        }
      }
      return square;
    }
  }

  private static Image shorterEdge(Image image, int edge) {
    boolean portrait = image.width() <= image.height();
    int shorter = Math.min(image.width(), image.height());
    int longer = (int) ((double) edge * Math.max(image.width(), image.height()) / shorter);
    return Bicubic.resize(image, portrait ? edge : longer, portrait ? longer : edge);
  }

  private static float[] planar(Image image) {
    int n = image.width() * image.height();
    float[] out = new float[3 * n];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < n; i++) {
        out[c * n + i] = image.rgb()[3 * i + c] & 0xff;
      }
    }
    return out;
  }

  /** What the network reads of {@code images}: [B, 3, side, side]. */
  Tensor pixels(List<Image> images) {
    int n = side * side;
    float[] all = new float[images.size() * 3 * n];
    for (int i = 0; i < images.size(); i++) {
      float[] square = fit.square(images.get(i), side);
      for (int c = 0; c < 3; c++) {
        float average = mean.get(c).floatValue();
        float spread = std.get(c).floatValue();
        for (int k = c * n; k < (c + 1) * n; k++) {
          all[i * 3 * n + k] = ((float) (square[k] * factor) - average) / spread;
        }
      }
    }
    return Tensors.of(all, images.size(), 3, side, side);
  }

  /**
   * Reads {@code preprocessor_config.json} (or the {@code image_processor} of {@code
   * processor_config.json}) with CLIP's defaults.
   *
   * @param side what the vision tower takes
   * @throws UserError naming the file and every setting that cannot be followed
   */
  static ImageProcessor read(Path directory, int side) {
    Path file = directory.resolve(FILE);
    Path newer = directory.resolve(NEWER_FILE);
    if (Files.exists(file) || !Files.exists(newer)) {
      return parse(ConfigFile.read(file), file.toString(), side);
    }
    JsonNode nested = ConfigFile.read(newer).path("image_processor");
    if (!(nested instanceof ObjectNode object)) {
      throw new UserError(newer + " has no image_processor, and there is no file " + file);
    }
    return parse(object, newer.toString(), side);
  }

  private static ImageProcessor parse(ObjectNode json, String source, int side) {
    Problems problems = new Problems();
    for (String step : List.of("do_resize", "do_center_crop", "do_normalize")) {
      boolean stretched = step.equals("do_center_crop") && json.path("size").has("height");
      if (!json.path(step).asBoolean(true) && !stretched) {
        problems.add(step + " must be true");
      }
    }
    if (number(json, "resample", BICUBIC, problems) != BICUBIC) {
      problems.add("resample must be 3 (bicubic), found " + json.path("resample"));
    }
    Fit fit = fit(json, side, problems);
    List<Double> mean = channels(json, "image_mean", CLIP_MEAN, problems);
    List<Double> std = channels(json, "image_std", CLIP_STD, problems);
    if (std.stream().anyMatch(s -> !(s > 0)) || !areFinite(mean) || !areFinite(std)) {
      problems.add(
          "image_std must be above 0, and it and image_mean finite, found %s and %s"
              .formatted(std, mean));
    }
    boolean rescaled = json.path("do_rescale").asBoolean(true);
    double factor = rescaled ? number(json, "rescale_factor", TO_UNIT, problems) : 1;
    if (!(factor > 0) || Double.isInfinite(factor)) {
      problems.add("rescale_factor must be above 0, found " + json.path("rescale_factor"));
    }
    problems.throwIfAny(source);
    return new ImageProcessor(fit, side, factor, mean, std);
  }

  private static Fit fit(JsonNode json, int side, Problems problems) {
    JsonNode size = json.path("size");
    if (size.has("height") || size.has("width")) {
      if (size.path("height").asInt() != side || size.path("width").asInt() != side) {
        problems.add(
            "size must be %d x %d, as the vision tower takes it, found %s"
                .formatted(side, side, size));
      }
      return new Stretch();
    }
    if (size.isObject() && !size.path("shortest_edge").isNumber()) {
      problems.add("size must have a shortest_edge, or a height and a width, found " + size);
    }
    double edge =
        size.isObject()
            ? number(size, "shortest_edge", side, problems)
            : number(json, "size", side, problems);
    JsonNode crop = json.path("crop_size");
    boolean both = crop.isObject();
    double height =
        both ? crop.path("height").asDouble() : number(json, "crop_size", side, problems);
    double width = both ? crop.path("width").asDouble() : height;
    if (height != side || width != side) {
      problems.add(
          "crop_size must be %d x %d, as the vision tower takes it, found %s"
              .formatted(side, side, crop));
    }
    if (edge < side || edge > MOST_TIMES * side || edge != Math.rint(edge)) {
      problems.add(
          "size (%s) must be at least crop_size (%d) and at most %d times that"
              .formatted(size, side, MOST_TIMES));
    }
    return new ShortestEdge((int) Math.max(edge, side));
  }

  /** A value of another kind is not the default. */
  private static double number(JsonNode json, String key, double otherwise, Problems problems) {
    JsonNode value = json.path(key);
    if (!value.isMissingNode() && !value.isNull() && !value.isNumber()) {
      problems.add(key + " must be a number, found " + value);
    }
    return value.isNumber() ? value.doubleValue() : otherwise;
  }

  private static boolean areFinite(List<Double> numbers) {
    return numbers.stream().allMatch(Double::isFinite);
  }

  private static List<Double> channels(
      JsonNode json, String key, List<Double> otherwise, Problems problems) {
    JsonNode given = json.path(key);
    if (given.isMissingNode() || given.isNull()) {
      return otherwise;
    }
    boolean numbers = given.isArray() && given.size() == 3;
    for (JsonNode one : given) {
      numbers &= one.isNumber();
    }
    if (!numbers) {
      problems.add(key + " must be three numbers, found " + given);
      return otherwise;
    }
    return List.of(given.get(0).asDouble(), given.get(1).asDouble(), given.get(2).asDouble());
  }
}
