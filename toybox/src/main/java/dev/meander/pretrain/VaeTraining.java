package dev.meander.pretrain;

import dev.meander.image.Pixels;
import dev.meander.model.AutoencoderKl;
import dev.meander.model.VaeConfig;
import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.toybox.SceneSampler;
import dev.meander.toybox.Toybox;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The autoencoder's loss: absolute plus squared reconstruction error, plus a small weight on the
 * posterior's divergence from a standard normal (arXiv 2112.10752, section 3.1, without its
 * perceptual and adversarial terms: the toy world has no textures).
 */
final class VaeTraining {
  private static final int MEASURED = 1024;
  private static final int MEASURED_AT_ONCE = 64;
  private static final int SIZE = SceneSampler.SIZE;

  private final AutoencoderKl vae;
  private final Toybox toybox;
  private final PretrainConfig config;

  VaeTraining(AutoencoderKl vae, Toybox toybox, PretrainConfig config) {
    this.vae = vae;
    this.toybox = toybox;
    this.config = config;
  }

  Tensor loss(long step, int first, int count) {
    Tensor image = images(toybox, step * config.vaeStage().batchSize() + first, count);
    List<Tensor> moments = Tensors.chunk(vae.moments(image), 2, 1);
    Tensor mean = moments.get(0);
    Tensor logVariance = moments.get(1);
    float[] noise = new float[(int) mean.numel()];
    int dims = noise.length / count;
    for (int i = 0; i < count; i++) {
      Domain.LATENT_NOISE.stream(config.basics().seed(), step, first + i)
          .normals(noise, i * dims, dims);
    }
    Tensor std = logVariance.mul(new Scalar(0.5)).exp();
    Tensor z = torch.addcmul(mean, std, Tensors.of(noise, Tensors.shape(mean)));
    Tensor error = vae.decodeRaw(z).sub(image);
    Tensor divergence =
        mean.square()
            .add(logVariance.exp())
            .sub(logVariance)
            .sub(new Scalar(1))
            .mean()
            .mul(new Scalar(0.5));
    return error
        .abs()
        .mean()
        .add(error.square().mean())
        .add(divergence.mul(new Scalar(config.klWeight())));
  }

  /** Images {@code from} to {@code from + count - 1} of the world: [count, 3, H, W]. */
  static Tensor images(Toybox toybox, long from, int count) {
    float[] pixels = new float[count * 3 * SIZE * SIZE];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> Pixels.toPlanar(toybox.example(from + i).image(), pixels, i * 3 * SIZE * SIZE));
    return Tensors.of(pixels, count, 3, SIZE, SIZE);
  }

  /** The config with the factors that give latents mean 0 and standard deviation 1. */
  VaeConfig measureLatents(VaeConfig c) {
    double sum = 0;
    double squares = 0;
    long n = 0;
    for (int i = 0; i < MEASURED; i += MEASURED_AT_ONCE) {
      final long from = i;
      try (Scope scope = new Scope()) {
        Tensor mode =
            Autograd.noGrad(
                () ->
                    Tensors.chunk(vae.moments(images(toybox, from, MEASURED_AT_ONCE)), 2, 1)
                        .get(0));
        for (float v : Tensors.floats(mode)) {
          sum += v;
          squares += (double) v * v;
          n++;
        }
      }
    }
    double mean = sum / n;
    double std = Math.sqrt(squares / n - mean * mean);
    return new VaeConfig(
        c.inChannels(),
        c.outChannels(),
        c.latentChannels(),
        c.blockOutChannels(),
        c.layersPerBlock(),
        c.normNumGroups(),
        round(1 / std),
        round(mean),
        c.useQuantConv(),
        c.usePostQuantConv(),
        c.midBlockAddAttention(),
        c.sampleSize());
  }

  private static double round(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
