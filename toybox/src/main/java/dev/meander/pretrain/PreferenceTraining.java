package dev.meander.pretrain;

import dev.meander.image.Image;
import dev.meander.image.Pixels;
import dev.meander.preference.ClipModel;
import dev.meander.tensor.Tensors;
import dev.meander.text.ClipTokenizer;
import dev.meander.text.TokenIds;
import dev.meander.toybox.PreferencePairs;
import dev.meander.toybox.PreferencePairs.Pair;
import dev.meander.toybox.SceneSampler;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * PickScore's loss (arXiv 2305.01569) on pairs of the toy world: the probability that the better
 * image is preferred is {@code sigmoid(s(better) - s(worse))} (Bradley and Terry), with {@code s =
 * exp(logit_scale) * cos}; and CLIP's (arXiv 2103.00020) between the images and captions of a part
 * of the batch, without which so small a model would not learn what captions say.
 */
final class PreferenceTraining {
  private static final int SIZE = SceneSampler.SIZE;
  private static final float NEVER = -1e4f;

  private final ClipModel model;
  private final ClipTokenizer tokenizer;
  private final PreferencePairs pairs;
  private final PreferenceConfig config;

  PreferenceTraining(ClipModel model, ClipTokenizer tokenizer, PreferenceConfig config) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.pairs = new PreferencePairs(config.basics().seed(), false);
    this.config = config;
  }

  Tensor loss(long step, int first, int count) {
    List<Pair> batch = pairs(pairs, step * config.preferenceStage().batchSize() + first, count);
    List<String> captions = batch.stream().map(Pair::caption).toList();
    Tensor scores = scores(batch).mul(model.scale()); // [B, 2B]: captions by better, then worse
    Tensor toBetter = scores.narrow(1, 0, count);
    Tensor right = toBetter.diagonal();
    Tensor wrong = scores.narrow(1, count, count).diagonal();
    Tensor preference = torch.log_sigmoid(right.sub(wrong)).mean().neg();
    Tensor others = others(captions);
    Tensor ofPictures =
        scores.add(Tensors.cat(1, others, others)).log_softmax(1).narrow(1, 0, count).diagonal();
    Tensor ofCaptions = toBetter.add(others).log_softmax(0).diagonal();
    Tensor contrastive = ofPictures.mean().add(ofCaptions.mean()).mul(new Scalar(-0.5));
    return preference.add(contrastive.mul(new Scalar(config.contrastiveWeight())));
  }

  /** Cosines of each pair's caption with all better images, then all worse ones: [B, 2B]. */
  private Tensor scores(List<Pair> batch) {
    Tensor images = model.image(pixels(batch));
    return model.text(ids(batch)).matmul(images.t());
  }

  /** Cosines of each pair's caption with its own two images: [B] for the better minus the worse. */
  Tensor margins(List<Pair> batch) {
    int n = batch.size();
    Tensor images = model.image(pixels(batch));
    Tensor difference = images.narrow(0, 0, n).sub(images.narrow(0, n, n));
    return model.text(ids(batch)).mul(difference).sum(-1);
  }

  static List<Pair> pairs(PreferencePairs pairs, long from, int count) {
    return java.util.stream.IntStream.range(0, count)
        .parallel()
        .mapToObj(i -> pairs.pair(from + i))
        .toList();
  }

  /** Images with an equal caption are no wrong answers: they are taken out of the choice. */
  private static Tensor others(List<String> captions) {
    int n = captions.size();
    float[] mask = new float[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        mask[i * n + j] = i != j && captions.get(i).equals(captions.get(j)) ? NEVER : 0;
      }
    }
    return Tensors.of(mask, n, n);
  }

  private static Tensor pixels(List<Pair> batch) {
    List<Image> images =
        Stream.concat(batch.stream().map(Pair::better), batch.stream().map(Pair::worse)).toList();
    float[] pixels = new float[images.size() * 3 * SIZE * SIZE];
    for (int i = 0; i < images.size(); i++) {
      Pixels.toPlanar(images.get(i), pixels, i * 3 * SIZE * SIZE);
    }
    return Tensors.of(pixels, images.size(), 3, SIZE, SIZE);
  }

  private Tensor ids(List<Pair> batch) {
    List<String> captions = batch.stream().map(Pair::caption).toList();
    return TokenIds.of(captions, config.basics().tokens(), tokenizer::encode);
  }
}
