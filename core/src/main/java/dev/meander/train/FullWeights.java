package dev.meander.train;

import dev.meander.config.UserError;
import dev.meander.model.Pipeline;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Every weight of the transformer; the reference policy exchanges them for a copy of the original.
 */
final class FullWeights implements PolicyWeights {
  private static final String POSITIONS = "pos_embed.pos_embed";

  private final Map<String, Tensor> all;
  private final Map<String, Tensor> parameters;
  private final Map<String, Tensor> original = new LinkedHashMap<>();

  FullWeights(Pipeline pipeline) {
    all = pipeline.transformer().tensors();
    parameters = new LinkedHashMap<>(all);
    parameters.remove(POSITIONS);
    parameters.forEach(
        (name, tensor) -> {
          Tensor copy = tensor.detach().clone();
          copy.retainReference();
          original.put(name, copy);
          tensor.set_requires_grad(true);
        });
  }

  @Override
  public Map<String, Tensor> parameters() {
    return parameters;
  }

  @Override
  public void save(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UserError("cannot create " + directory + ": " + e.getMessage(), e);
    }
    EngineTensors.save(
        directory.resolve("diffusion_pytorch_model.safetensors"),
        all,
        DType.F32,
        Map.of("format", "pt"));
  }

  @Override
  public <T> T under(Supplier<T> work) {
    exchange();
    try {
      return work.get();
    } finally {
      exchange();
    }
  }

  private void exchange() {
    Autograd.noGrad(
        () -> {
          try (Scope scope = new Scope()) {
            parameters.forEach(
                (name, tensor) -> {
                  Tensor now = tensor.detach().clone();
                  tensor.copy_(original.get(name));
                  original.get(name).copy_(now);
                });
          }
        });
  }

  @Override
  public void close() {
    original.values().forEach(Tensor::close);
    original.clear();
    parameters.values().forEach(tensor -> tensor.set_requires_grad(false));
  }
}
