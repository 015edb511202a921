package dev.meander.train;

import dev.meander.generate.Adapter;
import dev.meander.optim.Snapshots;
import dev.meander.rollout.ReferencePolicy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** The weights that training changes, and the policy before it. */
interface PolicyWeights extends ReferencePolicy, AutoCloseable {
  /** The snapshot of the policy before training. */
  String REFERENCE = "reference";

  /** The trained leaf tensors, by name; they require gradients. */
  Map<String, Tensor> parameters();

  /** Named copies of the parameters. */
  Snapshots snapshots();

  /** Runs {@code work} with the snapshot {@code name} in the place of the weights. */
  default <T> T under(String name, Supplier<T> work) {
    return snapshots().under(name, work);
  }

  @Override
  default <T> T under(Supplier<T> work) {
    return under(REFERENCE, work);
  }

  /**
   * What a checkpoint holds, by group: the parameters, and every snapshot but the reference, which
   * is the model's own weights. Live tensors, not copies.
   */
  default Map<String, Map<String, Tensor>> state() {
    Map<String, Map<String, Tensor>> groups = new LinkedHashMap<>();
    groups.put("policy", parameters());
    for (String name : snapshots().names()) {
      if (!name.equals(REFERENCE)) {
        groups.put(name, snapshots().values(name));
      }
    }
    return groups;
  }

  /**
   * Runs {@code work}, which samples without recording, in the form in which passes are fastest.
   */
  default <T> T sampling(Supplier<T> work) {
    return work.get();
  }

  /** Writes the present weights so that other tools load them. */
  void save(Path directory);

  /**
   * A copy of the present weights that needs no file.
   *
   * @throws dev.meander.config.UserError when they are too many for that
   */
  Adapter held();

  /** Frees what training added; the model's own weights stay as they are. */
  @Override
  void close();

  /** What the header of a file with these weights says, for those who take it elsewhere. */
  default Map<String, String> described() {
    return Map.of();
  }

  /**
   * The policy that {@code config} names, on a loaded model.
   *
   * @param start the adapter to start from in the place of the one that the recipe names
   */
  static PolicyWeights of(
      TrainConfig config, dev.meander.model.Pipeline pipeline, Optional<Path> start) {
    if (config.policy() instanceof TrainConfig.Lora lora) {
      String model = config.model().path();
      return start
          .or(lora.lora()::start)
          .<PolicyWeights>map(path -> LoraWeights.from(pipeline, path, lora.lora(), model))
          .orElseGet(() -> LoraWeights.fresh(pipeline, lora.lora().config(), config.seed(), model));
    }
    return new FullWeights(pipeline);
  }
}
