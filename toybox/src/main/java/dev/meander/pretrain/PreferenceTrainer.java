package dev.meander.pretrain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.preference.ClipModel;
import dev.meander.preference.ClipModelConfig;
import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.ClipTokenizer;
import dev.meander.toybox.Flaw;
import dev.meander.toybox.PreferencePairs;
import dev.meander.toybox.PreferencePairs.Pair;
import dev.meander.toybox.SceneSampler;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Makes a small preference model of the toy world from nothing: a CLIPModel in transformers'
 * layout, float16, which the reward {@code pickscore} loads.
 *
 * <p>The work directory holds the checkpoint; running again continues, and changes nothing once all
 * is done.
 */
public final class PreferenceTrainer {
  private static final String STAGE = "preference";
  private static final String END = "<|endoftext|>";
  private static final long HELD_OUT =
      0x50616972L; // the seed of the pairs that models are judged by
  private static final int JUDGED_AT_ONCE = 64;

  private final PreferenceConfig config;
  private final Path work;
  private final EventBus events;

  /**
   * @param work the directory of the checkpoint, which is made when missing
   */
  public PreferenceTrainer(PreferenceConfig config, Path work, EventBus events) {
    this.config = config;
    this.work = work;
    this.events = events;
  }

  /** Trains, writes the model to {@code out} and judges it by held-out pairs. */
  public void run(Path out) {
    try {
      Files.createDirectories(work);
      ToyboxVocabulary vocabulary = new ToyboxVocabulary();
      vocabulary.write(out, config.basics().tokens(), END);
      ClipModelConfig architecture =
          new ClipModelConfig(
              vocabulary.fit(config.text(), config.basics().tokens()),
              config.vision(),
              config.text().projectionDim());
      ClipModel model =
          ClipModel.random(
              architecture, Domain.MODEL_PART.key(config.basics().seed(), STAGE.hashCode()));
      try (ClipTokenizer tokenizer = ClipTokenizer.load(out)) {
        PreferenceTraining training = new PreferenceTraining(model, tokenizer, config);
        Path checkpoint = work.resolve(STAGE + ".safetensors");
        new Stage(STAGE, config.preferenceStage(), model.tensors(), checkpoint, events)
            .run(training::loss);
        write(out, architecture, model);
        judge(training);
      }
    } catch (IOException e) {
      throw new UserError("cannot write to " + work + " or " + out + ": " + StrictJson.fault(e), e);
    }
  }

  private static void write(Path out, ClipModelConfig architecture, ClipModel model)
      throws IOException {
    ModelWriter.JSON.writeValue(out.resolve("config.json").toFile(), architecture.toJson());
    ObjectNode processor =
        ModelWriter.JSON.createObjectNode().put("image_processor_type", "CLIPImageProcessor");
    processor.put("do_convert_rgb", true).put("do_resize", true).put("resample", 3);
    processor.putObject("size").put("shortest_edge", SceneSampler.SIZE);
    processor.put("do_center_crop", true);
    processor
        .putObject("crop_size")
        .put("height", SceneSampler.SIZE)
        .put("width", SceneSampler.SIZE);
    processor.put("do_rescale", true).put("rescale_factor", 1 / 255.0).put("do_normalize", true);
    processor.putArray("image_mean").add(0.5).add(0.5).add(0.5);
    processor.putArray("image_std").add(0.5).add(0.5).add(0.5);
    ModelWriter.JSON.writeValue(out.resolve("preprocessor_config.json").toFile(), processor);
    EngineTensors.save(
        out.resolve("model.safetensors"), model.tensors(), DType.F16, Map.of("format", "pt"));
  }

  /** How often the better of two images has the higher score, in all and by flaw. */
  private void judge(PreferenceTraining training) {
    long begun = System.nanoTime();
    PreferencePairs pairs = new PreferencePairs(HELD_OUT, true);
    int count = config.heldoutPairs();
    float[] margins = new float[count];
    Flaw[] flaws = new Flaw[count];
    List<Supplier<List<Tensor>>> pieces = new ArrayList<>();
    for (int at = 0; at < count; at += JUDGED_AT_ONCE) {
      int from = at;
      int n = Math.min(JUDGED_AT_ONCE, count - from);
      pieces.add(
          () -> {
            List<Pair> batch = PreferenceTraining.pairs(pairs, from, n);
            float[] own = Tensors.floats(Autograd.noGrad(() -> training.margins(batch)));
            System.arraycopy(own, 0, margins, from, n);
            for (int i = 0; i < n; i++) {
              flaws[from + i] = batch.get(i).flaw();
            }
            return List.of();
          });
    }
    try (Scope scope = new Scope()) {
      Engine.workers().run(pieces);
    }
    events.publish(
        new Event.EvaluationFinished(
            config.preferenceStage().steps(),
            share(margins, flaws, null),
            byFlaw(margins, flaws),
            count,
            (System.nanoTime() - begun) / 1e9));
  }

  private static Map<String, Double> byFlaw(float[] margins, Flaw[] flaws) {
    Map<String, Double> shares = new LinkedHashMap<>();
    for (Flaw flaw : Flaw.values()) {
      double share = share(margins, flaws, flaw);
      if (!Double.isNaN(share)) {
        shares.put(flaw.word(), share);
      }
    }
    return shares;
  }

  /** The share of positive margins, of one flaw or of all; NaN where there are none. */
  private static double share(float[] margins, Flaw[] flaws, Flaw only) {
    int of = 0;
    int right = 0;
    for (int i = 0; i < margins.length; i++) {
      if (only == null || flaws[i] == only) {
        of++;
        right += margins[i] > 0 ? 1 : 0;
      }
    }
    return (double) right / of;
  }
}
