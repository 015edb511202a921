package dev.meander.rewards;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Home;
import dev.meander.config.Positive;
import dev.meander.config.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of the reward {@code geneval}. */
public record GenEvalConfig(
    @Doc("Folder that tools/export/export_geneval.py wrote; or else detector, and colors.")
        Optional<Path> directory,
    @Doc("What sees objects.") Optional<Detector> detector,
    @Doc("What names their colours; left out: prompts with colours are refused.")
        Optional<Colors> colors,
    @Doc("Flow-GRPO's training reward, or 1 and 0 as GenEval reports.") @Default("graded")
        CompositionalConfig.Mode mode,
    @Doc("Whether a negative graded reward counts as 0.") @Default("false") boolean clipAtZero) {

  public GenEvalConfig {
    if (directory.isPresent() == (detector.isPresent() || colors.isPresent())
        || directory.isEmpty() && detector.isEmpty()) {
      throw new IllegalArgumentException(
          "give directory, a folder that tools/export/export_geneval.py wrote, or else detector"
              + " (and colors, for prompts with colours)");
    }
  }

  /**
   * Refuses a folder that is not there.
   *
   * @throws UserError saying what writes it
   */
  void requireFolder() {
    directory
        .filter(given -> !Files.isDirectory(Home.resolve(given.toString())))
        .ifPresent(
            missing -> {
              throw new UserError(
                  ("reward geneval: there is no folder %s; python tools/export/export_geneval.py"
                          + " --detector facebook/mask2former-swin-small-coco-instance --clip"
                          + " openai/clip-vit-large-patch14 --out %s writes it")
                      .formatted(missing, missing));
            });
  }

  /** The detector, wherever its files are named. */
  Detector seeing() {
    return detector.orElseGet(
        () ->
            in(
                Map.of("file", "detector.onnx", "classes", "classes.txt"),
                Map.of("units", "relative"),
                Detector.class));
  }

  /** The colour classifier, wherever its files are named; empty when there is none. */
  Optional<Colors> naming() {
    return directory.isEmpty()
        ? colors
        : Optional.of(
            in(
                Map.of("file", "clip-image.onnx", "texts", "colors.safetensors"),
                Map.of(),
                Colors.class));
  }

  private <R extends Record> R in(
      Map<String, String> files, Map<String, String> more, Class<R> type) {
    Path folder = Home.resolve(directory.orElseThrow().toString());
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    files.forEach((key, name) -> settings.put(key, folder.resolve(name).toString()));
    more.forEach(settings::put);
    return Binder.bind(settings, type, "reward geneval");
  }

  /** An object detector. */
  public record Detector(
      @Doc("The ONNX file.") Path file,
      @Doc("Text file with the name of a class a line; labels count its lines from 0.")
          Path classes,
      @Doc(
              "Height and width that images are stretched to; left out: what the network's input"
                  + " says.")
          @Positive
          Optional<List<Integer>> size,
      @Doc("Subtracted from red, green and blue, which lie in 0 to 1.")
          @Default("[0.485, 0.456, 0.406]")
          List<Double> mean,
      @Doc("What the difference is divided by.") @Default("[0.229, 0.224, 0.225]") @Positive
          List<Double> std,
      @Doc("Order of the input's axes.") @Default("nchw") OnnxConfig.Layout layout,
      @Doc("Name of the output with boxes: [N, 4], left, top, right, bottom.") @Default("boxes")
          String boxes,
      @Doc("Name of the output with confidences: [N], 0 to 1.") @Default("scores") String scores,
      @Doc("Name of the output with classes: [N].") @Default("labels") String labels,
      @Doc("Name of the output with masks, if the network has it: [N, h, w], above 0.5 inside.")
          @Default("masks")
          String masks,
      @Doc("Whether boxes are in pixels of the network's input, or in shares of the image.")
          @Default("pixels")
          Units units) {
    public Detector {
      size.ifPresent(OnnxConfig::requireSize);
      OnnxConfig.require("mean", mean, 3, "[red, green, blue]");
      OnnxConfig.require("std", std, 3, "[red, green, blue]");
    }

    /**
     * Images as {@code model}'s input.
     *
     * @throws UserError when the sizes do not agree, or neither side names one
     */
    Planes planes(OnnxModel model) {
      return model.planes(size, mean, std, layout);
    }
  }

  /** What boxes are measured in. */
  public enum Units {
    PIXELS,
    RELATIVE
  }

  /** A colour classifier: CLIP's image tower, and what its text tower makes of colours. */
  public record Colors(
      @Doc("The image tower as an ONNX file: an image to one embedding.") Path file,
      @Doc("Safetensors file: for every class a tensor [10, D], a row a colour.") Path texts,
      @Doc("Height and width of its images; left out: what the network's input says.") @Positive
          Optional<List<Integer>> size,
      @Doc("Subtracted from red, green and blue, which lie in 0 to 1.")
          @Default("[0.48145466, 0.4578275, 0.40821073]")
          List<Double> mean,
      @Doc("What the difference is divided by.")
          @Default("[0.26862954, 0.26130258, 0.27577711]")
          @Positive
          List<Double> std) {
    public Colors {
      size.ifPresent(OnnxConfig::requireSize);
      OnnxConfig.require("mean", mean, 3, "[red, green, blue]");
      OnnxConfig.require("std", std, 3, "[red, green, blue]");
    }

    /** As {@link Detector#planes}. */
    Planes planes(OnnxModel model) {
      return model.planes(size, mean, std, OnnxConfig.Layout.NCHW);
    }
  }
}
