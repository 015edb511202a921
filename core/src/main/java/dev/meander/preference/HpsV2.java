package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Home;
import dev.meander.config.Positive;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code hpsv2}: HPSv2 and HPSv2.1 (arXiv 2306.09341), the plain cosine of prompt and image by a
 * CLIP ViT-H/14 that was trained on people's choices, in open_clip's layout.
 *
 * <p>The image's longer edge is scaled to the tower's side and the rest is black, in floats, as the
 * released scorer does it.
 */
public final class HpsV2 extends SettingsProvider<HpsV2.Settings> {
  private static final String NAME = "hpsv2";
  private static final String CONFIG = "open_clip_config.json";
  private static final String WEIGHTS = "open_clip_model.safetensors";

  record Settings(
      @Doc(
              "Directory of open_clip_config.json and the weights in open_clip's names, as safetensors.")
          @FilePath
          String model,
      @Doc("Directory of CLIP's tokenizer files, when it is another.") @FilePath
          Optional<String> tokenizer,
      @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {}

  public HpsV2() {
    super(
        NAME,
        "HPSv2 or HPSv2.1, an open_clip model (keys: model, tokenizer, batch_size)",
        Settings.class,
        HpsV2::reward);
  }

  private static Reward reward(Settings settings) {
    Path directory = Home.resolve(settings.model());
    ClipEncoder clip =
        ClipEncoder.load(
            directory,
            Files.exists(directory.resolve(WEIGHTS)) ? directory.resolve(WEIGHTS) : directory,
            Home.resolve(settings.tokenizer().orElse(settings.model())),
            () -> OpenClipConfig.read(directory.resolve(CONFIG)).toClip(),
            c ->
                new ImageProcessor(
                    new ImageProcessor.LongestEdge(),
                    c.vision().imageSize(),
                    ImageProcessor.TO_UNIT,
                    ImageProcessor.CLIP_MEAN,
                    ImageProcessor.CLIP_STD),
            c -> OpenClipNames::toClip);
    return new ClipReward(NAME, clip, settings.batchSize(), UnaryOperator.identity());
  }

  @Override
  protected List<Path> files(Settings settings) {
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.tokenizer().orElse(settings.model())));
  }
}
