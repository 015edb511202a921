package dev.meander.preference;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Home;
import dev.meander.config.Positive;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.nn.Parameters;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code image_reward}: ImageReward (arXiv 2304.05977). BLIP reads the prompt while it looks at the
 * image, and a head on the first token's state gives a score, standardised to mean 0 and deviation
 * 1 over the authors' data.
 */
public final class ImageReward extends SettingsProvider<ImageReward.Settings> {
  private static final String NAME = "image_reward";

  private static final double MEAN = 0.16717362830052426;
  private static final double STD = 1.0333394966054072;
  private static final int TOKENS = 35;
  private static final String HEAD = "mlp.";

  /** In the published file and not part of the score. */
  private static final List<String> UNUSED = List.of("blip.vision_proj.", "blip.text_proj.");

  record Settings(
      @Doc("Directory of med_config.json and ImageReward's weights as safetensors.") @FilePath
          String model,
      @Doc("Directory of bert-base-uncased's tokenizer.json, when it is another.") @FilePath
          Optional<String> tokenizer,
      @Doc("Heads of the vision tower, which no file tells.") @Default("16") @Positive
          int visionHeads,
      @Doc("Images in one pass of the network.") @Default("16") @Positive int batchSize) {}

  public ImageReward() {
    super(
        NAME,
        "ImageReward, BLIP with a head (keys: model, tokenizer, vision_heads, batch_size)",
        Settings.class,
        ImageReward::load);
  }

  @Override
  protected List<Path> files(Settings settings) {
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.tokenizer().orElse(settings.model())));
  }

  private record Scorer(
      Settings settings,
      LoadedTensors tensors,
      BertTokenizer tokenizer,
      ImageProcessor processor,
      BlipVision vision,
      BlipText text,
      LinearHead head)
      implements Reward {
    @Override
    public float[] score(List<Sample> samples) {
      return Batches.score(NAME, samples, settings.batchSize(), this::scores);
    }

    private Tensor scores(List<Sample> samples) {
      BertTokenizer.Tokens tokens =
          tokenizer.encode(samples.stream().map(s -> s.prompt().text()).toList(), TOKENS);
      Tensor pictures =
          vision.forward(processor.pixels(samples.stream().map(Sample::image).toList()));
      Tensor first = text.forward(tokens.ids(), tokens.present(), pictures);
      return head.forward(first).sub(new Scalar(MEAN)).div(new Scalar(STD));
    }

    @Override
    public void close() {
      tokenizer.close();
      tensors.close();
    }
  }

  /**
   * Loads everything.
   *
   * @throws UserError listing every file that is missing, or every tensor that does not fit
   */
  private static Reward load(Settings config) {
    Path directory = Home.resolve(config.model());
    Path texts = Home.resolve(config.tokenizer().orElse(config.model()));
    PublishedCheckpoint.requireDirectory(directory);
    PublishedCheckpoint.requireDirectory(texts);
    Path med = directory.resolve("med_config.json");
    Problems problems = new Problems();
    BlipTextConfig textConfig =
        problems.attempt(
            () -> Binder.bind(ConfigFile.read(med), BlipTextConfig.class, med.toString()));
    BertTokenizer tokenizer = problems.attempt(() -> BertTokenizer.load(texts));
    LoadedTensors tensors =
        problems.attempt(() -> LoadedTensors.load(directory, ImageReward::used));
    Reward reward = null;
    try {
      problems.throwIfAny(directory + " cannot be loaded as ImageReward");
      reward = build(config, tensors, tokenizer, textConfig, directory.toString());
      return reward;
    } finally {
      if (reward == null && tokenizer != null) {
        tokenizer.close();
      }
      if (reward == null && tensors != null) {
        tensors.close();
      }
    }
  }

  private static Reward build(
      Settings config,
      LoadedTensors tensors,
      BertTokenizer tokenizer,
      BlipTextConfig textConfig,
      String source) {
    BlipVision.Measures measures = BlipVision.Measures.of(tensors.map(), source);
    if (measures.size() % config.visionHeads() != 0) {
      throw new UserError(
          "reward %s: vision_heads (%d) must divide the vision tower's %d features"
              .formatted(NAME, config.visionHeads(), measures.size()));
    }
    Problems problems = new Problems();
    Map<String, Tensor> all = tensors.map();
    Map<String, Tensor> pictures = part(all, n -> n.startsWith("blip.visual_encoder."), 0);
    Map<String, Tensor> top = part(all, n -> n.startsWith(HEAD), HEAD.length());
    Map<String, Tensor> texts =
        part(all, n -> !n.startsWith("blip.visual_encoder.") && !n.startsWith(HEAD), 0);
    BlipVision vision =
        problems.attempt(
            () ->
                new BlipVision(
                    measures, config.visionHeads(), Parameters.from(pictures, "the vision tower")));
    BlipText text =
        problems.attempt(
            () ->
                new BlipText(
                    textConfig, measures.size(), Parameters.from(texts, "the text encoder")));
    LinearHead head =
        problems.attempt(() -> new LinearHead(top, textConfig.hiddenSize(), "the head"));
    problems.throwIfAny(source + " does not fit");
    ImageProcessor processor =
        new ImageProcessor(
            new ImageProcessor.TorchvisionEdge(measures.side()),
            measures.side(),
            ImageProcessor.TO_UNIT,
            ImageProcessor.CLIP_MEAN,
            ImageProcessor.CLIP_STD);
    return new Scorer(config, tensors, tokenizer, processor, vision, text, head);
  }

  private static Map<String, Tensor> used(Map<String, Tensor> all) {
    return part(
        all, n -> !n.endsWith("position_ids") && UNUSED.stream().noneMatch(n::startsWith), 0);
  }

  private static Map<String, Tensor> part(
      Map<String, Tensor> all, Predicate<String> wanted, int cut) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    all.forEach(
        (name, tensor) -> {
          if (wanted.test(name)) {
            part.put(name.substring(cut), tensor);
          }
        });
    return part;
  }
}
