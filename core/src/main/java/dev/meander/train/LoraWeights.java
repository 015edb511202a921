package dev.meander.train;

import dev.meander.generate.Adapter;
import dev.meander.generate.TrainedWeights;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.optim.Snapshots;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA adapter on the transformer; the reference policy is the transformer with the adapter off,
 * which is the same as a snapshot of the fresh adapter and costs neither memory nor copying.
 */
final class LoraWeights implements PolicyWeights {
  private final LoraAdapter adapter;
  private final Snapshots snapshots;
  private final String baseModel;

  LoraWeights(Pipeline pipeline, LoraConfig config, long seed, String baseModel) {
    this.adapter = LoraAdapter.attach(pipeline.transformer().linears(), config, seed);
    this.snapshots = new Snapshots(adapter.parameters());
    this.baseModel = baseModel;
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
    if (name.equals(REFERENCE)) {
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
