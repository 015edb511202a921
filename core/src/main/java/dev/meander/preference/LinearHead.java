package dev.meander.preference;

import dev.meander.config.UserError;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The head of LAION's aesthetic predictor and of ImageReward: five linear layers one after the
 * other without activations (what stands between them in training is dropout).
 */
final class LinearHead {
  private static final List<Integer> PLACES = List.of(0, 2, 4, 6, 7);

  private final List<Linear> layers = new ArrayList<>();

  /**
   * The head that {@code tensors} are the weights of; their widths are those of the file (published
   * heads have 1024, 128, 64, 16 and 1).
   *
   * @param size the features that go in
   * @param source where the tensors come from, for messages
   * @throws UserError listing what is missing, unexpected or does not fit together
   */
  LinearHead(Map<String, Tensor> tensors, int size, String source) {
    Parameters p = Parameters.from(tensors, source);
    long in = size;
    for (int place : PLACES) {
      Tensor bias = tensors.get("layers." + place + ".bias");
      boolean last = place == PLACES.get(PLACES.size() - 1);
      long out = last || bias == null || bias.dim() != 1 ? 1 : bias.size(0);
      layers.add(new Linear(p, "layers." + place, in, out, true, Init.ZEROS));
      in = out;
    }
    try {
      p.finish();
    } catch (UserError e) {
      String problems = e.getMessage().substring(e.getMessage().indexOf('\n'));
      throw new UserError(
          source + " is no head for embeddings of " + size + " features:" + problems, e);
    }
  }

  /** {@code x} [B, size] to [B]. */
  Tensor forward(Tensor x) {
    Tensor y = x;
    for (Linear layer : layers) {
      y = layer.forward(y);
    }
    return y.squeeze(-1);
  }
}
