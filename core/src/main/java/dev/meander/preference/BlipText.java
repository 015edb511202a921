package dev.meander.preference;

import dev.meander.nn.Attention;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Norms.LayerNorm;
import dev.meander.nn.Parameters;
import dev.meander.text.TokenIds;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * BLIP's text encoder (arXiv 2201.12086): BERT's post-norm layers, each of which also attends to
 * the image; with the tensors' names of its repository.
 */
final class BlipText {
  private static final double NEVER = -1e9;

  private final Tensor words; // [V, D]
  private final Tensor positions; // [L, D]
  private final LayerNorm norm;
  private final List<Layer> layers = new ArrayList<>();

  /**
   * @param imageSize the number of features of the image's tokens
   */
  BlipText(BlipTextConfig config, int imageSize, Parameters root) {
    Parameters p = root.sub("blip.text_encoder");
    long d = config.hiddenSize();
    words = p.get("embeddings.word_embeddings.weight", Init.ZEROS, config.vocabSize(), d);
    positions =
        p.get(
            "embeddings.position_embeddings.weight", Init.ZEROS, config.maxPositionEmbeddings(), d);
    norm = new LayerNorm(p, "embeddings.LayerNorm", d, config.layerNormEps());
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      layers.add(new Layer(p.sub("encoder.layer." + i), config, imageSize));
    }
    root.finish();
  }

  /**
   * @param ids [B, L] int64
   * @param present [B, L]: 1 for tokens of the prompt, 0 for padding
   * @param image [B, N, imageSize]
   * @return the first token's state, [B, D]
   */
  Tensor forward(Tensor ids, Tensor present, Tensor image) {
    long length = ids.size(1);
    Tensor x = norm.forward(TokenIds.embed(words, ids).add(positions.narrow(0, 0, length)));
    Tensor absent = present.neg().add(new Scalar(1.0)).mul(new Scalar(NEVER));
    Tensor mask = absent.view(ids.size(0), 1, 1, length);
    for (Layer layer : layers) {
      x = layer.forward(x, mask, image);
    }
    return x.select(1, 0);
  }

  private static final class Layer {
    private final Attend own;
    private final Attend cross;
    private final Linear in;
    private final Linear out;
    private final LayerNorm norm;

    Layer(Parameters p, BlipTextConfig config, int imageSize) {
      long d = config.hiddenSize();
      own = new Attend(p.sub("attention"), config, config.hiddenSize());
      cross = new Attend(p.sub("crossattention"), config, imageSize);
      in = new Linear(p, "intermediate.dense", d, config.intermediateSize());
      out = new Linear(p, "output.dense", config.intermediateSize(), d);
      norm = new LayerNorm(p, "output.LayerNorm", d, config.layerNormEps());
    }

    Tensor forward(Tensor x, Tensor mask, Tensor image) {
      Tensor y = cross.forward(own.forward(x, x, mask), image, null);
      return norm.forward(y.add(out.forward(torch.gelu(in.forward(y)))));
    }
  }

  /** Attention of x to others, added to x and normalised. */
  private static final class Attend {
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final LayerNorm norm;
    private final int heads;

    Attend(Parameters p, BlipTextConfig config, int of) {
      long d = config.hiddenSize();
      heads = config.numAttentionHeads();
      query = new Linear(p, "self.query", d, d);
      key = new Linear(p, "self.key", of, d);
      value = new Linear(p, "self.value", of, d);
      out = new Linear(p, "output.dense", d, d);
      norm = new LayerNorm(p, "output.LayerNorm", d, config.layerNormEps());
    }

    Tensor forward(Tensor x, Tensor others, Tensor mask) {
      Tensor attended =
          Attention.attend(
              Attention.splitHeads(query.forward(x), heads),
              Attention.splitHeads(key.forward(others), heads),
              Attention.splitHeads(value.forward(others), heads),
              mask);
      return norm.forward(x.add(out.forward(Attention.mergeHeads(attended))));
    }
  }
}
