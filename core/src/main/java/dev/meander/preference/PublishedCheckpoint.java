package dev.meander.preference;

import dev.meander.config.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Checkpoints that people download for rewards, and how each gets into a directory of its name. */
enum PublishedCheckpoint {
  /** Its preparation of pictures and its tokenizer are those of the CLIP that it was made from. */
  PICKSCORE(
      "PickScore_v1",
      "https://huggingface.co/yuvalkirstain/PickScore_v1",
      download("yuvalkirstain/PickScore_v1", "config.json model.safetensors"),
      download(
          "laion/CLIP-ViT-H-14-laion2B-s32B-b79K",
          "preprocessor_config.json tokenizer.json tokenizer_config.json")),
  HPSV2("HPSv2", "https://huggingface.co/xswu/HPSv2", hps("HPS_v2_compressed.pt")),
  HPSV21("HPSv2.1", "https://huggingface.co/xswu/HPSv2", hps("HPS_v2.1_compressed.pt")),
  IMAGE_REWARD(
      "ImageReward",
      "https://huggingface.co/zai-org/ImageReward",
      download("zai-org/ImageReward", "ImageReward.pt med_config.json"),
      download("google-bert/bert-base-uncased", "tokenizer.json"),
      LoadedTensors.conversion("%1$s/ImageReward.pt", "%1$s/model.safetensors")),
  BERT(
      "bert-base-uncased",
      "https://huggingface.co/google-bert/bert-base-uncased",
      download("google-bert/bert-base-uncased", "tokenizer.json")),
  CLIP_L(
      "clip-vit-large-patch14",
      "https://huggingface.co/openai/clip-vit-large-patch14",
      download("openai/clip-vit-large-patch14", "")),
  CLIP_H(
      "CLIP-ViT-H-14-laion2B-s32B-b79K",
      "https://huggingface.co/laion/CLIP-ViT-H-14-laion2B-s32B-b79K",
      download("laion/CLIP-ViT-H-14-laion2B-s32B-b79K", "")),
  DFN5B(
      "DFN5B-CLIP-ViT-H-14-384",
      "https://huggingface.co/apple/DFN5B-CLIP-ViT-H-14-384",
      download("apple/DFN5B-CLIP-ViT-H-14-384", "")),
  AESTHETIC_HEAD(
      "sac-logos-ava1-l14-linearMSE.safetensors",
      "https://github.com/christophschuhmann/improved-aesthetic-predictor",
      "curl -L -o %1$s.pth https://github.com/christophschuhmann/improved-aesthetic-predictor/raw/main/sac%%2Blogos%%2Bava1-l14-linearMSE.pth",
      LoadedTensors.conversion("%1$s.pth", "%1$s"));

  private final String directory;
  private final String page;
  private final List<String> commands;

  PublishedCheckpoint(String directory, String page, String... commands) {
    this.directory = directory;
    this.page = page;
    this.commands = List.of(commands);
  }

  private static String download(String repository, String files) {
    return ("hf download " + repository + " " + files).strip() + " --local-dir %1$s";
  }

  /** Its repository has the weights alone; the rest is that of the CLIP that it was made from. */
  private static String[] hps(String weights) {
    return new String[] {
      download("xswu/HPSv2", weights),
      download(
          "laion/CLIP-ViT-H-14-laion2B-s32B-b79K",
          "open_clip_config.json tokenizer.json tokenizer_config.json"),
      LoadedTensors.conversion("%1$s/" + weights, "%1$s/open_clip_model.safetensors")
    };
  }

  private static Optional<PublishedCheckpoint> named(Path path) {
    String name = plain(String.valueOf(path.getFileName()));
    return Arrays.stream(values()).filter(c -> name.equals(plain(c.directory))).findFirst();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** What to do where {@code path} is missing and named after one of them; or else nothing. */
  static String remedy(Path path) {
    return named(path)
        .map(
            c ->
                c.commands.stream()
                    .map(command -> command.formatted(path))
                    .collect(
                        Collectors.joining(
                            " && ", "; read its licence at " + c.page + ", then: ", "")))
        .orElse("");
  }

  /**
   * Refuses a directory that is not there.
   *
   * @throws UserError saying how a published one is downloaded
   */
  static void requireDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new UserError("there is no directory " + directory + remedy(directory));
    }
  }
}
