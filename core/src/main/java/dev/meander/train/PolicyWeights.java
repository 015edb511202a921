package dev.meander.train;

import dev.meander.rollout.ReferencePolicy;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** The weights that training changes, and the policy before it. */
interface PolicyWeights extends ReferencePolicy, AutoCloseable {
  /** The trained leaf tensors, by name; they require gradients. */
  Map<String, Tensor> parameters();

  /**
   * Runs {@code work}, which samples without recording, in the form in which passes are fastest.
   */
  default <T> T sampling(Supplier<T> work) {
    return work.get();
  }

  /** Writes the present weights so that other tools load them. */
  void save(Path directory);

  /** Frees what training added; the model's own weights stay as they are. */
  @Override
  void close();

  /** The policy that {@code config} names, on a loaded model. */
  static PolicyWeights of(TrainConfig config, dev.meander.model.Pipeline pipeline) {
    if (config.policy() instanceof TrainConfig.Lora lora) {
      return new LoraWeights(pipeline, lora.lora(), config.seed(), config.model().path());
    }
    return new FullWeights(pipeline);
  }
}
