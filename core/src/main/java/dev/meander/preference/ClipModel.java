package dev.meander.preference;

import dev.meander.config.UserError;
import dev.meander.nn.Init;
import dev.meander.nn.Parameters;
import dev.meander.random.Domain;
import dev.meander.text.ClipTextModel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A pair of towers that map prompts and images to one sphere (CLIP, arXiv 2103.00020), tensor for
 * tensor as transformers' CLIPModel. The cosine of two embeddings is how well they fit; {@code
 * exp(logit_scale)} is its unit.
 */
public final class ClipModel {
  private static final String LOGIT_SCALE = "logit_scale";
  private static final String POSITION_IDS = "position_ids";
  private static final double START_SCALE = 2.6592; // log(1 / 0.07)

  private final ClipTextModel text;
  private final ClipVisionModel vision;
  private final Tensor logitScale; // []

  private ClipModel(ClipTextModel text, ClipVisionModel vision, Tensor logitScale) {
    this.text = text;
    this.vision = vision;
    this.logitScale = logitScale;
  }

  /**
   * The model that {@code tensors} are the weights of.
   *
   * @param source where they come from, for messages
   * @throws UserError listing every missing, unexpected and wrongly shaped tensor
   */
  public static ClipModel of(ClipModelConfig config, Map<String, Tensor> tensors, String source) {
    Predicate<String> ofText = n -> n.startsWith("text_model.") || n.startsWith("text_projection.");
    Predicate<String> ofScale = n -> n.equals(LOGIT_SCALE);
    StringBuilder problems = new StringBuilder();
    Map<String, Tensor> texts = part(tensors, ofText);
    Map<String, Tensor> scale = part(tensors, ofScale);
    Map<String, Tensor> pictures = part(tensors, ofText.or(ofScale).negate());
    ClipTextModel text =
        attempt(problems, texts, source, p -> new ClipTextModel(config.text(), p, true));
    ClipVisionModel vision =
        attempt(
            problems,
            pictures,
            source,
            p -> new ClipVisionModel(config.vision(), p, config.projectionDim()));
    Tensor logitScale = attempt(problems, scale, source, ClipModel::logitScale);
    if (!problems.isEmpty()) {
      throw new UserError(source + " does not fit its configuration:" + problems);
    }
    return new ClipModel(text, vision, logitScale);
  }

  /** The part of the model, or null after noting what {@link Parameters#finish} says of it. */
  private static <T> T attempt(
      StringBuilder problems,
      Map<String, Tensor> tensors,
      String source,
      Function<Parameters, T> build) {
    try {
      return build.apply(Parameters.from(tensors, source));
    } catch (UserError e) {
      problems.append(e.getMessage().substring(e.getMessage().indexOf('\n')));
      return null;
    }
  }

  /** A new model; its weights depend on the seed alone. */
  public static ClipModel random(ClipModelConfig config, long seed) {
    return new ClipModel(
        new ClipTextModel(config.text(), Parameters.random(Domain.MODEL_PART.key(seed, 1)), true),
        new ClipVisionModel(
            config.vision(),
            Parameters.random(Domain.MODEL_PART.key(seed, 2)),
            config.projectionDim()),
        logitScale(Parameters.random(Domain.MODEL_PART.key(seed, 3))));
  }

  private static Tensor logitScale(Parameters p) {
    Tensor scale = p.get(LOGIT_SCALE, new Init.Constant(START_SCALE));
    p.finish();
    return scale;
  }

  private static Map<String, Tensor> part(Map<String, Tensor> all, Predicate<String> wanted) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    all.forEach(
        (name, tensor) -> {
          if (wanted.test(name) && !name.endsWith(POSITION_IDS)) {
            part.put(name, tensor);
          }
        });
    return part;
  }

  /**
   * Embeddings of prompts.
   *
   * @param ids [B, L] int64
   * @return [B, P] of length 1
   */
  public Tensor text(Tensor ids) {
    return unit(text.forward(ids).pooled());
  }

  /**
   * Embeddings of images.
   *
   * @param pixels [B, 3, S, S], normalised
   * @return [B, P] of length 1
   */
  public Tensor image(Tensor pixels) {
    return unit(vision.forward(pixels));
  }

  private static Tensor unit(Tensor x) {
    return x.div(x.norm(new ScalarOptional(new Scalar(2)), new long[] {-1}, true));
  }

  /** {@code exp(logit_scale)}, a scalar that gradients reach. */
  public Tensor scale() {
    return logitScale.exp();
  }

  /** Every parameter by its name in the file. */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>(text.tensors());
    all.putAll(vision.tensors());
    all.put(LOGIT_SCALE, logitScale);
    return all;
  }
}
