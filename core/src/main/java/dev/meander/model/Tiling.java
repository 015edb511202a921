package dev.meander.model;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Large latents decoded in overlapping tiles that fade into each other, as diffusers' AutoencoderKL
 * does after {@code enable_tiling()}: the memory is that of a tile, whatever the image size.
 *
 * @param latent the side of a tile in latent cells
 * @param pixels a side of its image
 */
record Tiling(int latent, int pixels) {
  private static final double OVERLAP = 0.25;

  /** A tile is as large as the images that the autoencoder was made for. */
  static Tiling of(VaeConfig config) {
    return new Tiling(config.sampleSize() / config.downscale(), config.sampleSize());
  }

  /** Whether {@code z} [B, C, h, w] is larger than a tile. */
  boolean applies(Tensor z) {
    return z.size(2) > latent || z.size(3) > latent;
  }

  /** The image of {@code z}, by tiles of at most {@code latent} cells that {@code decoder} sees. */
  Tensor decode(Tensor z, UnaryOperator<Tensor> decoder) {
    int stride = (int) (latent * (1 - OVERLAP));
    int fade = (int) (pixels * OVERLAP);
    List<Tensor> bands = new ArrayList<>();
    List<Tensor> above = List.of();
    for (long i = 0; i < z.size(2); i += stride) {
      Tensor strip = z.narrow(2, i, Math.min(latent, z.size(2) - i));
      List<Tensor> row = new ArrayList<>();
      for (long j = 0; j < z.size(3); j += stride) {
        try (Scope scope = new Scope()) {
          Tensor tile = decoder.apply(strip.narrow(3, j, Math.min(latent, z.size(3) - j)));
          int column = row.size();
          tile = above.isEmpty() ? tile : fade(above.get(column), tile, 2, fade);
          tile = column == 0 ? tile : fade(row.get(column - 1), tile, 3, fade);
          row.add(scope.keep(tile));
        }
      }
      bands.add(
          Tensors.cat(3, row.stream().map(t -> crop(t, pixels - fade)).toArray(Tensor[]::new)));
      above = row;
    }
    return Tensors.cat(2, bands.toArray(Tensor[]::new));
  }

  private static Tensor crop(Tensor tile, int limit) {
    return tile.narrow(2, 0, Math.min(limit, tile.size(2)))
        .narrow(3, 0, Math.min(limit, tile.size(3)));
  }

  /**
   * {@code tile} whose first rows (2) or columns (3) come gradually out of the last of {@code
   * before}.
   */
  private static Tensor fade(Tensor before, Tensor tile, int dim, int extent) {
    int n = (int) Math.min(extent, Math.min(before.size(dim), tile.size(dim)));
    float[] in = new float[n];
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      in[i] = (float) ((double) i / n);
      out[i] = (float) (1 - (double) i / n);
    }
    long[] shape = dim == 2 ? new long[] {n, 1} : new long[] {1, n};
    Tensor from =
        before
            .narrow(dim, before.size(dim) - n, n)
            .mul(Tensors.of(out, shape).to(tile.device(), tile.scalar_type()));
    Tensor to =
        tile.narrow(dim, 0, n).mul(Tensors.of(in, shape).to(tile.device(), tile.scalar_type()));
    return Tensors.cat(dim, from.add(to), tile.narrow(dim, n, tile.size(dim) - n));
  }
}
