package dev.meander.rewards;

import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.reward.GenEvalMetadata;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Registers {@link GenEvalReward} as {@code geneval}. */
public final class GenEvalProvider extends SettingsProvider<GenEvalConfig> {
  public GenEvalProvider() {
    super(
        "geneval",
        "GenEval's rules over an object detector and a colour classifier in ONNX files (keys:"
            + " directory, detector, colors, mode, clip_at_zero)",
        GenEvalConfig.class,
        GenEvalReward::new);
  }

  @Override
  protected List<Path> files(GenEvalConfig settings) {
    GenEvalConfig.Detector detector = settings.seeing();
    List<Path> files = new ArrayList<>(List.of(detector.file(), detector.classes()));
    settings.naming().ifPresent(c -> files.addAll(List.of(c.file(), c.texts())));
    return files.stream().map(file -> Home.resolve(file.toString())).toList();
  }

  /** Classes are compared where their file is there already. */
  @Override
  protected PromptCheck promptCheck(GenEvalConfig settings) {
    Optional<GenEvalConfig.Detector> detector = present(settings);
    List<String> classes = detector.map(OnnxDetector::classes).orElse(List.of());
    return prompt -> {
      GenEvalMetadata metadata;
      try {
        metadata = GenEvalMetadata.parse(prompt.metadata(), "the prompt");
      } catch (UserError e) {
        return List.of(e.getMessage());
      }
      return detector
          .map(
              d ->
                  GenEvalReward.unknown(
                      metadata, d.classes(), classes, settings.naming().isPresent()))
          .orElse(List.of());
    };
  }

  /** A black picture, in which nothing is, and what the export wrote down of its own pictures. */
  @Override
  protected List<KnownPicture> knownPictures(GenEvalConfig settings) {
    String any = present(settings).map(d -> OnnxDetector.classes(d).get(0)).orElse("person");
    List<KnownPicture> known = new ArrayList<>(List.of(KnownScenes.nothing(any)));
    known.addAll(KnownScenes.exported(Home.resolve(settings.seeing().file().toString())));
    return known;
  }

  private static Optional<GenEvalConfig.Detector> present(GenEvalConfig settings) {
    try {
      return Optional.of(settings.seeing())
          .filter(d -> Files.isRegularFile(Home.resolve(d.classes().toString())));
    } catch (UserError e) {
      return Optional.empty(); // said when it is loaded
    }
  }

  @Override
  protected List<String> changeable() {
    return List.of("mode", "clip_at_zero");
  }

  @Override
  protected Reward sharing(Reward loaded, GenEvalConfig settings) {
    return ((GenEvalReward) loaded).with(settings);
  }
}
