package dev.meander.optim;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Key;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Scales all gradients down together when their global norm exceeds a limit, as PyTorch's
 * clip_grad_norm_ does.
 */
public record GradClip(
    @Doc("Largest global gradient norm.") @Default("1.0") @Positive @Key("max_grad_norm")
        double maxNorm) {
  // PyTorch's guard against dividing by zero; kept for equal numbers.
  private static final double GUARD = 1e-6;

  public GradClip {
    Rules.require(GradClip.class, maxNorm);
  }

  /**
   * Clips in place.
   *
   * @return the global norm before clipping; 0 without any gradient
   * @throws GradientIsNotFinite naming the parameters, with the gradients unchanged
   */
  public double clip(Map<String, Tensor> parameters) {
    try (Scope scope = new Scope()) {
      return Autograd.noGrad(() -> clipAll(parameters));
    }
  }

  private double clipAll(Map<String, Tensor> parameters) {
    List<String> names = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    List<Tensor> norms = new ArrayList<>();
    parameters.forEach(
        (name, parameter) -> {
          Tensor gradient = Autograd.grad(parameter);
          if (gradient != null) {
            names.add(name);
            gradients.add(gradient);
            norms.add(gradient.norm());
          }
        });
    if (gradients.isEmpty()) {
      return 0;
    }
    Tensor all = Tensors.stack(norms, 0);
    double norm = Tensors.scalar(all.norm());
    if (!Double.isFinite(norm)) {
      throw new GradientIsNotFinite(notFinite(names, Tensors.floats(all)));
    }
    double scale = maxNorm / (norm + GUARD);
    if (scale < 1) {
      gradients.forEach(gradient -> gradient.mul_(new Scalar(scale)));
    }
    return norm;
  }

  private static List<String> notFinite(List<String> names, float[] norms) {
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < norms.length; i++) {
      if (!Float.isFinite(norms[i])) {
        wrong.add(names.get(i));
      }
    }
    return wrong.isEmpty() ? names : wrong;
  }
}
