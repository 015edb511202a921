package dev.meander.rewards;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settings of the reward {@code geneval}. */
public record GenEvalConfig(
    @Doc("What sees objects.") Detector detector,
    @Doc("What names their colours; left out: prompts with colours are refused.")
        Optional<Colors> colors,
    @Doc("Flow-GRPO's training reward, or 1 and 0 as GenEval reports.") @Default("graded")
        CompositionalConfig.Mode mode,
    @Doc("Whether a negative graded reward counts as 0.") @Default("false") boolean clipAtZero) {

  /** An object detector. */
  public record Detector(
      @Doc("The ONNX file.") Path file,
      @Doc("Text file with the name of a class a line; labels count its lines from 0.")
          Path classes,
      @Doc("Height and width that the network wants; pictures are stretched to them.") @Positive
          List<Integer> size,
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
      @Doc("Whether boxes are in pixels of the network's input, or in shares of the picture.")
          @Default("pixels")
          Units units) {
    public Detector {
      OnnxConfig.require("size", size, 2, "[height, width]");
      OnnxConfig.require("mean", mean, 3, "[red, green, blue]");
      OnnxConfig.require("std", std, 3, "[red, green, blue]");
    }

    Planes planes() {
      return new Planes(size.get(0), size.get(1), mean, std, layout, OnnxConfig.Fit.STRETCH);
    }
  }

  /** What boxes are measured in. */
  public enum Units {
    PIXELS,
    RELATIVE
  }

  /** A colour classifier: CLIP's image tower, and what its text tower makes of colours. */
  public record Colors(
      @Doc("The image tower as an ONNX file: a picture to one embedding.") Path file,
      @Doc("Safetensors file: for every class a tensor [10, D], a row a colour.") Path texts,
      @Doc("Height and width that the network wants.") @Default("[224, 224]") @Positive
          List<Integer> size,
      @Doc("Subtracted from red, green and blue, which lie in 0 to 1.")
          @Default("[0.48145466, 0.4578275, 0.40821073]")
          List<Double> mean,
      @Doc("What the difference is divided by.")
          @Default("[0.26862954, 0.26130258, 0.27577711]")
          @Positive
          List<Double> std) {
    public Colors {
      OnnxConfig.require("size", size, 2, "[height, width]");
      OnnxConfig.require("mean", mean, 3, "[red, green, blue]");
      OnnxConfig.require("std", std, 3, "[red, green, blue]");
    }

    Planes planes() {
      return new Planes(
          size.get(0), size.get(1), mean, std, OnnxConfig.Layout.NCHW, OnnxConfig.Fit.CROP);
    }
  }
}
