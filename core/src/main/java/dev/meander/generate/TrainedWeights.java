package dev.meander.generate;

import dev.meander.config.UserError;
import dev.meander.model.ModelMerge;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** What a run trained, put into a loaded model: a LoRA adapter, or all weights. */
public final class TrainedWeights {
  private TrainedWeights() {}

  /**
   * Applies the weights in {@code path} permanently: an adapter (PEFT, diffusers), a whole
   * transformer, a checkpoint within its run, or a run directory.
   *
   * @throws UserError when there are none, or they do not fit the model
   */
  public static void apply(Pipeline pipeline, Path path) {
    Path weights = locate(path);
    Optional<Path> all = ModelMerge.allWeights(weights);
    if (all.isPresent()) {
      replace(pipeline.transformer().tensors(), all.get());
    } else {
      attach(pipeline, weights);
    }
  }

  /**
   * The directory of the weights themselves, or an adapter's file.
   *
   * @throws UserError when there is none, or the run has not written it yet
   */
  public static Path locate(Path directory) {
    if (Files.isRegularFile(directory) && directory.toString().endsWith(".safetensors")) {
      return directory;
    }
    if (!Files.isDirectory(directory)) {
      throw new UserError("there is no adapter directory or .safetensors file " + directory);
    }
    boolean run = Files.exists(directory.resolve("recipe.yaml"));
    Path inner = directory.resolve("adapter");
    if (run && !Files.isDirectory(inner)) {
      throw new UserError(
          directory
              + " is a run that has no adapter yet: it is written when the run is finished; of one that goes on, name a checkpoint, "
              + directory.resolve("checkpoints").resolve("step-N"));
    }
    return run ? inner : directory;
  }

  /**
   * As {@link #apply}, until the loan is closed: then the model has its own weights again.
   *
   * @throws UserError as {@link #apply}
   */
  public static Loan lend(Pipeline pipeline, Path path) {
    Path weights = locate(path);
    Optional<Path> all = ModelMerge.allWeights(weights);
    if (all.isEmpty()) {
      return attach(pipeline, weights)::close;
    }
    Loan back = protect(pipeline);
    try {
      replace(pipeline.transformer().tensors(), all.get());
    } catch (RuntimeException e) {
      back.close();
      throw e;
    }
    return back;
  }

  /** Lets every weight of a model be changed until the loan is closed: then they are as before. */
  public static Loan protect(Pipeline pipeline) {
    Map<String, Tensor> tensors = pipeline.transformer().tensors();
    Map<String, Tensor> own = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      tensors.forEach((name, t) -> own.put(name, t.detach().clone().retainReference()));
    }
    return () -> {
      Autograd.noGrad(() -> tensors.forEach((name, t) -> t.copy_(own.get(name))));
      own.values().forEach(Tensor::close);
    };
  }

  /** Weights that a model has for a while. */
  @FunctionalInterface
  public interface Loan extends AutoCloseable {
    @Override
    void close();
  }

  /** An adapter in the memory of Java. */
  public static Adapter of(LoraAdapter.Copy copy) {
    return pipeline -> frozen(copy.attach(pipeline.transformer().linears()))::close;
  }

  private static LoraAdapter attach(Pipeline pipeline, Path weights) {
    return frozen(LoraAdapter.load(pipeline.transformer().linears(), weights));
  }

  private static LoraAdapter frozen(LoraAdapter adapter) {
    adapter.parameters().values().forEach(t -> t.set_requires_grad(false));
    adapter.merge(); // as in training, so that evaluations agree
    return adapter;
  }

  private static void replace(Map<String, Tensor> tensors, Path weights) {
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(weights)) {
      Map<String, long[]> expected = new LinkedHashMap<>();
      tensors.forEach((name, t) -> expected.put(name, Tensors.shape(t)));
      expected.keySet().removeIf(name -> ModelMerge.isLeftOut(name, store));
      Map<String, Tensor> loaded = store.load(expected, ModelMerge::isCounter, DType.F32);
      ModelMerge.requireFinite(loaded, weights);
      Autograd.noGrad(() -> loaded.forEach((name, t) -> tensors.get(name).copy_(t)));
    }
  }
}
