package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.reward.Reward.Sample;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.ClipTokenizer;
import dev.meander.text.TokenIds;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A CLIP model from files, with its tokenizer and image processing: texts and images to embeddings.
 */
final class ClipEncoder implements AutoCloseable {
  private final ClipModel model;
  private final ClipTokenizer tokenizer;
  private final ImageProcessor processor;
  private final LoadedTensors tensors;
  private final ClipModelConfig config;

  private ClipEncoder(
      ClipModelConfig config,
      ClipTokenizer tokenizer,
      ImageProcessor processor,
      LoadedTensors tensors,
      String source) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.processor = processor;
    this.tensors = tensors;
    this.model = ClipModel.of(config, tensors.map(), source);
  }

  /**
   * A transformers directory of a CLIPModel.
   *
   * @param model the directory of {@code config.json} and the weights
   * @param other the directory of {@code preprocessor_config.json} and the tokenizer's files, when
   *     it is not the model's
   * @throws UserError listing every file that is missing and everything that does not fit
   */
  static ClipEncoder transformers(String model, Optional<String> other) {
    Path directory = Home.resolve(model);
    Path processor = Home.resolve(other.orElse(model));
    return load(
        directory,
        directory,
        processor,
        () -> ClipModelConfig.read(directory.resolve("config.json")),
        c -> ImageProcessor.read(processor, c.vision().imageSize()),
        c -> UnaryOperator.identity());
  }

  /** What is read from the files' configuration. */
  interface Reading<T> {
    T of(ClipModelConfig config);
  }

  /**
   * Loads all parts.
   *
   * @param directory the directory of the model
   * @param weights the file in it, or itself where the file has a usual name
   * @param texts the directory of the tokenizer
   * @param names what is done with the tensors of the file
   */
  static ClipEncoder load(
      Path directory,
      Path weights,
      Path texts,
      Supplier<ClipModelConfig> config,
      Reading<ImageProcessor> processor,
      Reading<UnaryOperator<Map<String, Tensor>>> names) {
    PublishedCheckpoint.requireDirectory(directory);
    PublishedCheckpoint.requireDirectory(texts);
    Problems problems = new Problems();
    ClipModelConfig read = problems.attempt(config);
    ImageProcessor images = read == null ? null : problems.attempt(() -> processor.of(read));
    ClipTokenizer tokenizer = problems.attempt(() -> ClipTokenizer.load(texts));
    LoadedTensors tensors =
        problems.attempt(
            () ->
                LoadedTensors.load(
                    weights, read == null ? UnaryOperator.identity() : names.of(read)));
    ClipEncoder encoder = null;
    try {
      problems.throwIfAny(directory + " cannot be loaded as a CLIP model");
      encoder = new ClipEncoder(read, tokenizer, images, tensors, directory.toString());
      return encoder;
    } finally {
      if (encoder == null) {
        close(tokenizer, tensors);
      }
    }
  }

  /**
   * Embeddings of images.
   *
   * @return [B, P] of length 1
   */
  Tensor images(List<Image> images) {
    return model.image(processor.pixels(images));
  }

  /**
   * Embeddings of texts; equal ones are computed once.
   *
   * @return [B, P] of length 1
   */
  Tensor texts(List<String> texts) {
    int length = Math.min(tokenizer.maxLength(), config.text().maxPositionEmbeddings());
    Map<String, Integer> rows = new LinkedHashMap<>();
    texts.forEach(text -> rows.putIfAbsent(text, rows.size()));
    Tensor distinct =
        model.text(TokenIds.of(List.copyOf(rows.keySet()), length, tokenizer::encode));
    long[] row = texts.stream().mapToLong(rows::get).toArray();
    return distinct.index_select(0, Tensors.of(row, row.length));
  }

  /** The cosine of each sample's prompt and image: [B]. */
  Tensor cosines(List<Sample> samples) {
    Tensor texts = texts(samples.stream().map(s -> s.prompt().text()).toList());
    Tensor images = images(samples.stream().map(Sample::image).toList());
    return texts.mul(images).sum(-1);
  }

  /** {@code exp(logit_scale)}. */
  double scale() {
    try (Scope scope = new Scope()) {
      return Tensors.scalar(Autograd.noGrad(model::scale));
    }
  }

  /** Features of an embedding. */
  int size() {
    return config.projectionDim();
  }

  @Override
  public void close() {
    close(tokenizer, tensors);
  }

  private static void close(ClipTokenizer tokenizer, LoadedTensors tensors) {
    if (tokenizer != null) {
      tokenizer.close();
    }
    if (tensors != null) {
      tensors.close();
    }
  }
}
