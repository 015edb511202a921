package dev.meander.reward;

import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts images together with what they were made for. */
public final class Samples {
  private Samples() {}

  /**
   * A sample for each image; every source image that prompts name is read once.
   *
   * @param prompts the prompt of each image
   * @throws UserError when a source image cannot be read
   */
  public static List<Reward.Sample> of(List<Prompt> prompts, List<Image> images) {
    Map<Path, Image> sources = new HashMap<>();
    List<Reward.Sample> samples = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      Prompt prompt = prompts.get(i);
      samples.add(
          new Reward.Sample(
              prompt,
              images.get(i),
              prompt.source().map(file -> sources.computeIfAbsent(file, Samples::read))));
    }
    return samples;
  }

  private static Image read(Path file) {
    try {
      return Png.read(file);
    } catch (IOException e) {
      throw new UserError("the source image of a prompt cannot be read: " + e.getMessage(), e);
    }
  }
}
