package dev.meander.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Models that people download, and how: their repositories on the hub and their licences. */
public enum PublishedWeights {
  SD3_MEDIUM(
      "Stable Diffusion 3 Medium",
      "stabilityai/stable-diffusion-3-medium-diffusers",
      "Stability AI Community License"),
  SD35_MEDIUM(
      "Stable Diffusion 3.5 Medium",
      "stabilityai/stable-diffusion-3.5-medium",
      "Stability AI Community License"),
  SD35_LARGE(
      "Stable Diffusion 3.5 Large",
      "stabilityai/stable-diffusion-3.5-large",
      "Stability AI Community License"),
  FLUX1_DEV("FLUX.1-dev", "black-forest-labs/FLUX.1-dev", "FLUX.1 [dev] Non-Commercial License"),
  FLUX1_SCHNELL("FLUX.1-schnell", "black-forest-labs/FLUX.1-schnell", "Apache License 2.0");

  private final String title;
  private final String repository;
  private final String licence;

  PublishedWeights(String title, String repository, String licence) {
    this.title = title;
    this.repository = repository;
    this.licence = licence;
  }

  /** The model that a directory is named after, e.g. {@code models/sd3.5-medium}. */
  public static Optional<PublishedWeights> named(Path directory) {
    String name = plain(String.valueOf(directory.getFileName()));
    return Arrays.stream(values())
        .filter(
            m ->
                name.equals(plain(m.name()))
                    || name.equals(plain(m.title))
                    || name.equals(plain(Path.of(m.repository).getFileName().toString())))
        .findFirst();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** Its name. */
  public String title() {
    return title;
  }

  /** Where it is published. */
  public String repository() {
    return repository;
  }

  /** What to do to have it in {@code directory}: the licence, then the command. */
  public String download(Path directory) {
    return "accept its licence (%s) at https://huggingface.co/%s, log in with hf auth login, then: hf download %s --local-dir %s"
        .formatted(licence, repository, repository, directory);
  }
}
