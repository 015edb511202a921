package dev.meander.preference;

import dev.meander.config.UserError;
import dev.meander.nn.Attention;
import dev.meander.nn.Conv2d;
import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Norms.LayerNorm;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** BLIP's vision transformer (arXiv 2201.12086), with the tensors' names of its repository. */
final class BlipVision {
  private static final String PREFIX = "blip.visual_encoder.";
  private static final double EPS = 1e-6;

  private final Measures measures;
  private final Tensor classToken; // [1, 1, D]
  private final Tensor positions; // [1, 1 + patches, D]
  private final Conv2d patches;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;

  /**
   * What the tensors' shapes say.
   *
   * @param size the number of features of a token
   * @param inner the number of features inside the feed-forward
   * @param depth the number of blocks
   * @param patch its side in pixels
   * @param grid the number of patches along a side
   */
  record Measures(int size, int inner, int depth, int patch, int grid) {
    static Measures of(Map<String, Tensor> tensors, String source) {
      long[] patch = shape(tensors, "patch_embed.proj.weight", 4, source);
      long[] positions = shape(tensors, "pos_embed", 3, source);
      long[] inner = shape(tensors, "blocks.0.mlp.fc1.bias", 1, source);
      int depth = 0;
      while (tensors.containsKey(PREFIX + "blocks." + depth + ".norm1.weight")) {
        depth++;
      }
      int grid = (int) Math.round(Math.sqrt(positions[1] - 1));
      return new Measures((int) patch[0], (int) inner[0], depth, (int) patch[2], grid);
    }

    private static long[] shape(Map<String, Tensor> tensors, String name, int dims, String source) {
      Tensor tensor = tensors.get(PREFIX + name);
      if (tensor == null || tensor.dim() != dims) {
        throw new UserError(
            "%s: %s%s must be a tensor of %s dimensions; are these ImageReward's weights?"
                .formatted(source, PREFIX, name, dims));
      }
      return Tensors.shape(tensor);
    }

    /** Side of the image in pixels. */
    int side() {
      return patch * grid;
    }
  }

  BlipVision(Measures measures, int heads, Parameters root) {
    this.measures = measures;
    Parameters p = root.sub(PREFIX.substring(0, PREFIX.length() - 1));
    long d = measures.size();
    int patch = measures.patch();
    classToken = p.get("cls_token", Init.ZEROS, 1, 1, d);
    positions = p.get("pos_embed", Init.ZEROS, 1, 1 + (long) measures.grid() * measures.grid(), d);
    patches = new Conv2d(p, "patch_embed.proj", 3, d, patch, patch, 0);
    for (int i = 0; i < measures.depth(); i++) {
      blocks.add(new Block(p.sub("blocks." + i), d, measures.inner(), heads));
    }
    norm = new LayerNorm(p, "norm", d, EPS);
    root.finish();
  }

  /**
   * @param pixels [B, 3, S, S], normalised
   * @return [B, 1 + patches, D]
   */
  Tensor forward(Tensor pixels) {
    Tensor x = patches.forward(pixels).flatten(2, 3).transpose(1, 2);
    x = Tensors.cat(1, classToken.expand(x.size(0), 1, x.size(2)), x).add(positions);
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return norm.forward(x);
  }

  private static final class Block {
    private final LayerNorm norm1;
    private final Linear qkv;
    private final Linear proj;
    private final LayerNorm norm2;
    private final Linear fc1;
    private final Linear fc2;
    private final int heads;

    Block(Parameters p, long d, long inner, int heads) {
      this.heads = heads;
      norm1 = new LayerNorm(p, "norm1", d, EPS);
      qkv = new Linear(p, "attn.qkv", d, 3 * d);
      proj = new Linear(p, "attn.proj", d, d);
      norm2 = new LayerNorm(p, "norm2", d, EPS);
      fc1 = new Linear(p, "mlp.fc1", d, inner);
      fc2 = new Linear(p, "mlp.fc2", inner, d);
    }

    Tensor forward(Tensor x) {
      List<Tensor> parts =
          Tensors.chunk(qkv.forward(norm1.forward(x)), 3, 2).stream()
              .map(part -> Attention.splitHeads(part.contiguous(), heads))
              .toList();
      Tensor attended = Attention.attend(parts.get(0), parts.get(1), parts.get(2));
      Tensor y = x.add(proj.forward(Attention.mergeHeads(attended)));
      return y.add(fc2.forward(torch.gelu(fc1.forward(norm2.forward(y)))));
    }
  }
}
