package dev.meander.train;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.generate.Adapter;
import dev.meander.model.Pipeline;
import dev.meander.optim.Snapshots;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Every weight of the transformer; the reference policy is a snapshot of the original ones. */
final class FullWeights implements PolicyWeights {
  private static final String POSITIONS = "pos_embed.pos_embed";

  private final Map<String, Tensor> all;
  private final Map<String, Tensor> parameters;
  private final Snapshots snapshots;

  FullWeights(Pipeline pipeline) {
    all = pipeline.transformer().tensors();
    parameters = new LinkedHashMap<>(all);
    parameters.remove(POSITIONS);
    snapshots = new Snapshots(parameters);
    snapshots.take(REFERENCE);
    parameters.values().forEach(tensor -> tensor.set_requires_grad(true));
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
      throw new UserError("cannot create " + directory + ": " + StrictJson.fault(e), e);
    }
    EngineTensors.save(
        directory.resolve("diffusion_pytorch_model.safetensors"),
        all,
        DType.F32,
        Map.of("format", "pt"));
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public Adapter held() {
    throw new UserError(MemoryRun.FULL_NEEDS_FILES);
  }

  @Override
  public void close() {
    snapshots.close();
    try (Scope scope = new Scope()) {
      for (Tensor parameter : parameters.values()) {
        Autograd.clearGrad(parameter); // a run that was stopped may leave some
        parameter.set_requires_grad(false);
      }
    }
  }
}
