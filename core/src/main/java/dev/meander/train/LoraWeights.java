package dev.meander.train;

import dev.meander.generate.Adapter;
import dev.meander.generate.TrainedWeights;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.optim.Snapshots;
import dev.meander.tensor.Scope;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA adapter on the transformer. The reference policy of a new one is the transformer with the
 * adapter off, which is the same as a snapshot of the fresh adapter and costs neither memory nor
 * copying; of one that was there before, it is a snapshot.
 */
final class LoraWeights implements PolicyWeights {
  private final LoraAdapter adapter;
  private final Snapshots snapshots;
  private final String baseModel;

  private LoraWeights(LoraAdapter adapter, String baseModel) {
    this.adapter = adapter;
    this.snapshots = new Snapshots(adapter.parameters());
    this.baseModel = baseModel;
  }

  /** A new adapter. */
  static LoraWeights fresh(Pipeline pipeline, LoraConfig config, long seed, String baseModel) {
    return new LoraWeights(
        LoraAdapter.attach(pipeline.transformer().linears(), config, seed), baseModel);
  }

  /**
   * An adapter that is there already.
   *
   * @param asked the numbers that it must have
   * @throws dev.meander.config.UserError when it does not fit the model, or has other numbers
   */
  static LoraWeights from(Pipeline pipeline, Path start, LoraPolicy asked, String baseModel) {
    try (Scope scope = new Scope()) {
      LoraAdapter adapter =
          LoraAdapter.load(
              pipeline.transformer().linears(),
              start,
              asked.rank(),
              asked.alpha(),
              asked.targets());
      LoraWeights weights = new LoraWeights(adapter, baseModel);
      weights.snapshots.take(REFERENCE);
      return weights;
    }
  }

  @Override
  public Map<String, String> described() {
    return adapter.isUniform()
        ? Map.of("lora_alpha", Double.toString(adapter.config().alpha()))
        : Map.of();
  }

  @Override
  public Map<String, Tensor> parameters() {
    return adapter.parameters();
  }

  @Override
  public void save(Path directory) {
    adapter.save(directory, baseModel);
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public <T> T under(String name, Supplier<T> work) {
    if (name.equals(REFERENCE) && !snapshots.names().contains(REFERENCE)) {
      adapter.enabled(false);
      try {
        return work.get();
      } finally {
        adapter.enabled(true);
      }
    }
    if (!adapter.merged()) {
      return snapshots.under(name, work);
    }
    try { // weights that were merged before are not the snapshot's
      return snapshots.under(name, () -> sampling(work));
    } finally {
      adapter.merge();
    }
  }

  @Override
  public <T> T sampling(Supplier<T> work) {
    adapter.merge();
    try {
      return work.get();
    } finally {
      adapter.unmerge();
    }
  }

  @Override
  public Adapter held() {
    return TrainedWeights.of(adapter.copy());
  }

  @Override
  public void close() {
    snapshots.close();
    adapter.close();
  }
}
