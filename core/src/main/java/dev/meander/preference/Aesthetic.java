package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Flat;
import dev.meander.config.Home;
import dev.meander.config.Positive;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code aesthetic}: LAION's aesthetic predictor (improved-aesthetic-predictor), a head on the
 * image's normalised CLIP embedding, about 1 to 10. The prompt does not matter.
 */
public final class Aesthetic extends SettingsProvider<Aesthetic.Settings> {
  private static final String NAME = "aesthetic";

  record Settings(
      @Doc("The model.") @Flat ClipFiles files,
      @Doc(
              "The head: a safetensors file with layers.0, 2, 4, 6 and 7; LAION's belongs to"
                  + " openai/clip-vit-large-patch14.")
          @FilePath
          String head,
      @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {}

  public Aesthetic() {
    super(
        NAME,
        "LAION's aesthetic predictor on CLIP ViT-L/14 (keys: model, processor, head, batch_size)",
        Settings.class,
        Scorer::load);
  }

  @Override
  protected List<Path> files(Settings settings) {
    List<Path> files = new ArrayList<>(settings.files().files());
    files.add(Home.resolve(settings.head()));
    return files;
  }

  private record Scorer(ClipEncoder clip, LoadedTensors tensors, LinearHead head, int batchSize)
      implements Reward {
    static Scorer load(Settings settings) {
      Path file = Home.resolve(settings.head());
      LoadedTensors tensors = LoadedTensors.load(file);
      ClipEncoder clip = settings.files().load();
      LinearHead head = new LinearHead(tensors.map(), clip.size(), file.toString());
      return new Scorer(clip, tensors, head, settings.batchSize());
    }

    @Override
    public float[] score(List<Sample> samples) {
      return Batches.score(
          NAME,
          samples,
          batchSize,
          batch -> head.forward(clip.images(batch.stream().map(Sample::image).toList())));
    }

    @Override
    public void close() {
      clip.close();
      tensors.close();
    }
  }
}
