package dev.meander.text;

import dev.meander.nn.Attention;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The encoder of T5 1.1 (arXiv 1910.10683, 2002.05202), tensor for tensor as transformers'
 * T5EncoderModel. It computes in the dtype of its parameters, normalisations in float32.
 *
 * <p>Padding is not masked: neither StableDiffusion3Pipeline nor FluxPipeline does.
 */
public final class T5EncoderModel {
  private static final String TOKENS = "shared.weight";
  private static final String TOKENS_AGAIN = "encoder.embed_tokens.weight";

  private final T5Config config;
  private final Tensor tokens; // [V, D]
  private final Tensor distances; // [buckets, heads]
  private final List<Layer> layers = new ArrayList<>();
  private final Norm finalNorm;
  private final Map<String, Tensor> tensors;

  /**
   * The names of parameters by those in a file: token embeddings have two names and may be stored
   * twice.
   *
   * @param stored all names in the file
   * @return null for what is stored a second time
   */
  public static UnaryOperator<String> named(Collection<String> stored) {
    String again = stored.contains(TOKENS) ? null : TOKENS;
    return name -> name.equals(TOKENS_AGAIN) ? again : name;
  }

  public T5EncoderModel(T5Config config, Parameters root) {
    this.config = config;
    tokens = root.get(TOKENS, new Init.Normal(1), config.vocabSize(), config.dModel());
    Parameters p = root.sub("encoder");
    distances =
        p.get(
            "block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            new Init.Normal(1 / Math.sqrt(config.dModel())),
            config.relativeAttentionNumBuckets(),
            config.numHeads());
    for (int i = 0; i < config.numLayers(); i++) {
      layers.add(new Layer(p.sub("block." + i), config));
    }
    finalNorm = new Norm(p, "final_layer_norm", config);
    tensors = root.finish().tensors();
  }

  /**
   * @param ids [B, L] int64
   * @return the last hidden state after the final norm, [B, L, D]
   */
  public Tensor forward(Tensor ids) {
    Tensor x = TokenIds.embed(tokens, ids);
    Tensor bias = bias(ids.size(1));
    for (Layer layer : layers) {
      try (Scope scope = new Scope()) {
        x = scope.keep(layer.forward(x, bias));
      }
    }
    return finalNorm.forward(x);
  }

  /**
   * What is added to the scores of query i and key j, [1, heads, L, L]: the same in every layer.
   */
  private Tensor bias(long length) {
    int n = Math.toIntExact(length);
    long[] buckets = new long[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        buckets[i * n + j] = bucket(j - i);
      }
    }
    Tensor index = Tensors.of(buckets, n, n).to(tokens.device(), ScalarType.Long);
    return torch.embedding(distances, index).permute(2, 0, 1).unsqueeze(0).contiguous();
  }

  /**
   * Half of the buckets of a direction are for one distance each, the rest grow with its logarithm.
   */
  int bucket(int offset) {
    int half = config.relativeAttentionNumBuckets() / 2;
    int exact = half / 2;
    int distance = Math.abs(offset);
    int base = offset > 0 ? half : 0;
    if (distance < exact) {
      return base + distance;
    }
    float log = (float) Math.log((float) distance / exact);
    float range = (float) Math.log((double) config.relativeAttentionMaxDistance() / exact);
    return base + Math.min(half - 1, exact + (int) (log / range * (half - exact)));
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** Root-mean-square normalisation in float32; the scale is applied in the parameters' dtype. */
  private static final class Norm {
    private final Tensor weight;
    private final double eps;

    Norm(Parameters p, String name, T5Config config) {
      weight = p.get(name + ".weight", Init.ONES, config.dModel());
      eps = config.layerNormEpsilon();
    }

    Tensor forward(Tensor x) {
      Tensor wide = x.to(ScalarType.Float);
      Tensor variance = wide.square().mean(new long[] {-1}, true, new ScalarTypeOptional());
      Tensor normed = wide.mul(variance.add(new Scalar(eps)).rsqrt());
      return normed.to(weight.scalar_type()).mul(weight);
    }
  }

  /** Self-attention without scaling of the scores, then a gated feed-forward. */
  private static final class Layer {
    private final Norm norm1;
    private final Linear q;
    private final Linear k;
    private final Linear v;
    private final Linear o;
    private final Norm norm2;
    private final Linear gate;
    private final Linear in;
    private final Linear out;
    private final long heads;

    Layer(Parameters p, T5Config config) {
      long d = config.dModel();
      heads = config.numHeads();
      long inner = heads * config.dKv();
      Parameters first = p.sub("layer.0");
      norm1 = new Norm(first, "layer_norm", config);
      q = linear(first, "SelfAttention.q", d, inner);
      k = linear(first, "SelfAttention.k", d, inner);
      v = linear(first, "SelfAttention.v", d, inner);
      o = linear(first, "SelfAttention.o", inner, d);
      Parameters second = p.sub("layer.1");
      norm2 = new Norm(second, "layer_norm", config);
      gate = linear(second, "DenseReluDense.wi_0", d, config.dFf());
      in = linear(second, "DenseReluDense.wi_1", d, config.dFf());
      out = linear(second, "DenseReluDense.wo", config.dFf(), d);
    }

    private static Linear linear(Parameters p, String name, long in, long out) {
      return new Linear(p, name, in, out, false, new Init.Normal(1 / Math.sqrt(in)));
    }

    Tensor forward(Tensor x, Tensor bias) {
      Tensor n = norm1.forward(x);
      Tensor attended =
          Attention.attend(
              Attention.splitHeads(q.forward(n), heads),
              Attention.splitHeads(k.forward(n), heads),
              Attention.splitHeads(v.forward(n), heads),
              bias,
              1);
      Tensor y = x.add(o.forward(Attention.mergeHeads(attended)));
      Tensor m = norm2.forward(y);
      return y.add(out.forward(torch.gelu(gate.forward(m), "tanh").mul(in.forward(m))));
    }
  }
}
