package dev.meander.rewards;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.image.Image;
import dev.meander.image.Png;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Pictures with text and what rapidocr-onnxruntime reads in them, as tools/parity/make_ocr.py
 * leaves them: twelve among the resources, or the directory that {@code -Docr.pictures} names.
 */
final class OcrPictures {
  static final Path DIRECTORY =
      Path.of(System.getProperty("ocr.pictures", "src/test/resources/ocr"));

  private static final ObjectMapper JSON = new ObjectMapper();

  private OcrPictures() {}

  /**
   * One line as the package reads it.
   *
   * @param box corners clockwise from the upper left one
   */
  record Line(List<float[]> box, String text, double confidence) {}

  /**
   * One picture.
   *
   * @param text what stands in it
   * @param factor what makes it unlike the plain ones
   */
  record Picture(String file, String text, String factor, String level) {
    Image image() {
      try {
        return Png.read(DIRECTORY.resolve(file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static List<Picture> all() {
    return read(DIRECTORY.resolve("pictures.json"), new TypeReference<List<Picture>>() {});
  }

  /** What the package reads in each file with its own settings or PaddleOCR's. */
  static Map<String, List<Line>> read(String settings) {
    return read(
        DIRECTORY.resolve(settings + ".json"), new TypeReference<Map<String, List<Line>>>() {});
  }

  static <T> T read(Path file, TypeReference<T> type) {
    try {
      return JSON.readValue(file.toFile(), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
