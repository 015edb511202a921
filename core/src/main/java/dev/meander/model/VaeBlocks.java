package dev.meander.model;

import dev.meander.nn.Attention;
import dev.meander.nn.Conv2d;
import dev.meander.nn.Linear;
import dev.meander.nn.Norms.GroupNorm;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The parts that {@link AutoencoderKl}'s encoder and decoder share. */
final class VaeBlocks {
  private static final double EPS = 1e-6;

  private VaeBlocks() {}

  static GroupNorm norm(Parameters p, String name, VaeConfig config, long channels) {
    return new GroupNorm(p, name, config.normNumGroups(), channels, EPS);
  }

  /** {@code conv(silu(norm(x)))}. */
  static Tensor convolved(Tensor x, GroupNorm norm, Conv2d conv) {
    return Scope.only(() -> conv.forward(Scope.only(() -> torch.silu(norm.forward(x)))));
  }

  /** Two convolutions around a shortcut. */
  static final class Residual {
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final Conv2d shortcut; // null when the widths agree

    Residual(Parameters p, VaeConfig config, long in, long out) {
      norm1 = norm(p, "norm1", config, in);
      conv1 = new Conv2d(p, "conv1", in, out, 3, 1, 1);
      norm2 = norm(p, "norm2", config, out);
      conv2 = new Conv2d(p, "conv2", out, out, 3, 1, 1);
      shortcut = in == out ? null : new Conv2d(p, "conv_shortcut", in, out, 1, 1, 0);
    }

    Tensor forward(Tensor x) {
      try (Scope scope = new Scope()) {
        Tensor y = convolved(x, norm1, conv1);
        Tensor z = convolved(y, norm2, conv2);
        return scope.keep(z.add(shortcut == null ? x : shortcut.forward(x)));
      }
    }
  }

  /** Single-head attention over all positions, with a shortcut. */
  static final class SelfAttention {
    private final GroupNorm norm;
    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;

    SelfAttention(Parameters p, VaeConfig config, long channels) {
      norm = norm(p, "group_norm", config, channels);
      toQ = new Linear(p, "to_q", channels, channels);
      toK = new Linear(p, "to_k", channels, channels);
      toV = new Linear(p, "to_v", channels, channels);
      toOut = new Linear(p, "to_out.0", channels, channels);
    }

    Tensor forward(Tensor x) {
      Tensor tokens = norm.forward(x).flatten(2, 3).transpose(1, 2); // [B, HW, C]
      Tensor y =
          Attention.attend(
              toQ.forward(tokens).unsqueeze(1),
              toK.forward(tokens).unsqueeze(1),
              toV.forward(tokens).unsqueeze(1));
      return x.add(
          toOut
              .forward(y.squeeze(1))
              .transpose(1, 2)
              .reshape(x.size(0), x.size(1), x.size(2), x.size(3)));
    }
  }

  /** Residual, attention, residual at the lowest resolution. */
  static final class Middle {
    private final Residual first;
    private final SelfAttention attention; // null when the config says so
    private final Residual second;

    Middle(Parameters p, VaeConfig config, long channels) {
      first = new Residual(p.sub("resnets.0"), config, channels, channels);
      attention =
          config.midBlockAddAttention()
              ? new SelfAttention(p.sub("attentions.0"), config, channels)
              : null;
      second = new Residual(p.sub("resnets.1"), config, channels, channels);
    }

    Tensor forward(Tensor x) {
      Tensor y = first.forward(x);
      return second.forward(attention == null ? y : attention.forward(y));
    }
  }
}
