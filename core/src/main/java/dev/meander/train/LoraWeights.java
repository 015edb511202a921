package dev.meander.train;

import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA adapter on the transformer; the reference policy is the transformer with the adapter off.
 */
final class LoraWeights implements PolicyWeights {
  private final LoraAdapter adapter;
  private final String baseModel;

  LoraWeights(Pipeline pipeline, LoraConfig config, long seed, String baseModel) {
    this.adapter = LoraAdapter.attach(pipeline.transformer().linears(), config, seed);
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
  public <T> T under(Supplier<T> work) {
    adapter.enabled(false);
    try {
      return work.get();
    } finally {
      adapter.enabled(true);
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
  public void close() {
    adapter.close();
  }
}
