package dev.meander.model;

import dev.meander.model.VaeBlocks.Middle;
import dev.meander.model.VaeBlocks.Residual;
import dev.meander.nn.Conv2d;
import dev.meander.nn.Norms.GroupNorm;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * The variational autoencoder of latent diffusion (arXiv 2112.10752), tensor for tensor as
 * diffusers' AutoencoderKL.
 *
 * <p>Images are [B, 3, H, W] in [-1, 1]; latents of the flow model are {@code (z - shift) *
 * scaling}.
 */
public final class AutoencoderKl {
  private final VaeConfig config;
  private final Encoder encoder;
  private final Decoder decoder;
  private final Conv2d quant;
  private final Conv2d postQuant;
  private final Map<String, Tensor> tensors;
  private final Tiling tiling; // null: every latent whole

  public AutoencoderKl(VaeConfig config, Parameters p) {
    this.config = config;
    long z = config.latentChannels();
    encoder = new Encoder(p.sub("encoder"), config);
    decoder = new Decoder(p.sub("decoder"), config);
    quant = config.useQuantConv() ? new Conv2d(p, "quant_conv", 2 * z, 2 * z, 1, 1, 0) : null;
    postQuant = config.usePostQuantConv() ? new Conv2d(p, "post_quant_conv", z, z, 1, 1, 0) : null;
    tensors = p.finish().tensors();
    tiling = null;
  }

  private AutoencoderKl(AutoencoderKl other, Tiling tiling) {
    config = other.config;
    encoder = other.encoder;
    decoder = other.decoder;
    quant = other.quant;
    postQuant = other.postQuant;
    tensors = other.tensors;
    this.tiling = tiling;
  }

  /**
   * The same autoencoder, which decodes latents of images larger than {@code sample_size} in
   * overlapping tiles: less memory, and slightly other images.
   */
  public AutoencoderKl tiled() {
    return new AutoencoderKl(this, Tiling.of(config));
  }

  /** Mean and log-variance of the posterior, one after the other: [B, 2 * C, h, w]. */
  public Tensor moments(Tensor image) {
    Tensor m = encoder.forward(image);
    return quant == null ? m : quant.forward(m);
  }

  /** The image of a raw (unscaled) latent [B, C, h, w]; values may leave [-1, 1] slightly. */
  public Tensor decodeRaw(Tensor z) {
    return tiling == null || !tiling.applies(z)
        ? decodeWhole(z)
        : tiling.decode(z, this::decodeWhole);
  }

  private Tensor decodeWhole(Tensor z) {
    Tensor raw = postQuant == null ? z : postQuant.forward(z);
    // The CPU's kernels take a cell's channels side by side, and would reorder them each time.
    return decoder.forward(Engine.onHost() ? raw.contiguous(MemoryFormat.ChannelsLast) : raw);
  }

  /** The flow model's latent of an image: the posterior's mode, shifted and scaled. */
  public Tensor encode(Tensor image) {
    Tensor mode = Tensors.chunk(moments(image), 2, 1).get(0);
    return mode.sub(new Scalar(config.shiftFactor())).mul(new Scalar(config.scalingFactor()));
  }

  /** The image of a flow model's latent. */
  public Tensor decode(Tensor latent) {
    return decodeRaw(
        latent.div(new Scalar(config.scalingFactor())).add(new Scalar(config.shiftFactor())));
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }

  public VaeConfig config() {
    return config;
  }

  private static final class Encoder {
    private final Conv2d in;
    private final List<List<Residual>> levels = new ArrayList<>();
    private final List<Conv2d> down = new ArrayList<>();
    private final Middle middle;
    private final GroupNorm normOut;
    private final Conv2d out;

    Encoder(Parameters p, VaeConfig config) {
      List<Integer> widths = config.blockOutChannels();
      long width = widths.get(0);
      in = new Conv2d(p, "conv_in", config.inChannels(), width, 3, 1, 1);
      for (int i = 0; i < widths.size(); i++) {
        Parameters block = p.sub("down_blocks." + i);
        List<Residual> level = new ArrayList<>();
        for (int j = 0; j < config.layersPerBlock(); j++) {
          level.add(
              new Residual(
                  block.sub("resnets." + j),
                  config,
                  j == 0 ? width : widths.get(i),
                  widths.get(i)));
        }
        width = widths.get(i);
        levels.add(level);
        if (i < widths.size() - 1) {
          down.add(new Conv2d(block, "downsamplers.0.conv", width, width, 3, 2, 0));
        }
      }
      middle = new Middle(p.sub("mid_block"), config, width);
      normOut = VaeBlocks.norm(p, "conv_norm_out", config, width);
      out = new Conv2d(p, "conv_out", width, 2L * config.latentChannels(), 3, 1, 1);
    }

    Tensor forward(Tensor image) {
      Tensor x = in.forward(image);
      for (int i = 0; i < levels.size(); i++) {
        for (Residual block : levels.get(i)) {
          x = block.forward(x);
        }
        if (i < down.size()) {
          // One row and one column of zeros, below and to the right only.
          x = down.get(i).forward(torch.pad(x, 0, 1, 0, 1));
        }
      }
      return out.forward(torch.silu(normOut.forward(middle.forward(x))));
    }
  }

  private static final class Decoder {
    private final Conv2d in;
    private final Middle middle;
    private final List<List<Residual>> levels = new ArrayList<>();
    private final List<Conv2d> up = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d out;

    Decoder(Parameters p, VaeConfig config) {
      List<Integer> widths = config.blockOutChannels();
      int last = widths.size() - 1;
      long width = widths.get(last);
      in = new Conv2d(p, "conv_in", config.latentChannels(), width, 3, 1, 1);
      middle = new Middle(p.sub("mid_block"), config, width);
      for (int i = 0; i <= last; i++) {
        Parameters block = p.sub("up_blocks." + i);
        long next = widths.get(last - i);
        List<Residual> level = new ArrayList<>();
        for (int j = 0; j <= config.layersPerBlock(); j++) {
          level.add(new Residual(block.sub("resnets." + j), config, j == 0 ? width : next, next));
        }
        width = next;
        levels.add(level);
        if (i < last) {
          up.add(new Conv2d(block, "upsamplers.0.conv", width, width, 3, 1, 1));
        }
      }
      normOut = VaeBlocks.norm(p, "conv_norm_out", config, width);
      out = new Conv2d(p, "conv_out", width, config.outChannels(), 3, 1, 1);
    }

    Tensor forward(Tensor z) {
      Tensor x = middle.forward(in.forward(z));
      for (int i = 0; i < levels.size(); i++) {
        for (Residual block : levels.get(i)) {
          x = block.forward(x);
        }
        if (i < up.size()) {
          x = up.get(i).forward(twice(x));
        }
      }
      return VaeBlocks.convolved(x, normOut, out);
    }

    /** Nearest-neighbour upsampling by two. */
    private static Tensor twice(Tensor x) {
      return torch.upsample_nearest2d(x, 2 * x.size(2), 2 * x.size(3));
    }
  }
}
