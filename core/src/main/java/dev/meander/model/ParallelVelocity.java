package dev.meander.model;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Tensors;
import dev.meander.tensor.Workers;
import dev.meander.text.Conditioning;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A network whose batches are split among workers, for passes without gradients.
 *
 * @param model the network itself
 * @param workers the workers that each compute a part of every batch
 */
public record ParallelVelocity(VelocityModel model, Workers workers) implements VelocityModel {
  @Override
  public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
    List<List<Tensor>> parts =
        workers.run(
            Math.toIntExact(latent.size(0)),
            part ->
                List.of(
                    Autograd.noGrad(
                        () ->
                            model.velocity(
                                latent.narrow(0, part.from(), part.size()),
                                sigma.narrow(0, part.from(), part.size()),
                                conditioning.narrow(part.from(), part.size())))));
    return parts.size() == 1
        ? parts.get(0).get(0)
        : Tensors.cat(0, parts.stream().map(p -> p.get(0)).toArray(Tensor[]::new));
  }

  @Override
  public Map<String, Tensor> tensors() {
    return model.tensors();
  }
}
