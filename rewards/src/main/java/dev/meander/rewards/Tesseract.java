package dev.meander.rewards;

import dev.meander.config.UserError;
import dev.meander.tensor.Natives;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.tesseract.FileReader;
import org.bytedeco.tesseract.StringVector;
import org.bytedeco.tesseract.TessBaseAPI;
import org.bytedeco.tesseract.global.tesseract;

/** One engine of Tesseract: to be used by one thread at a time. */
final class Tesseract implements AutoCloseable {
  static {
    Natives.prepare();
    Natives.load("tesseract", tesseract::TessVersion);
  }

  private static final int DOTS_PER_INCH = 300;

  private final TessBaseAPI api;

  /**
   * @param data the content of the language's data file
   * @throws UserError when the data is not Tesseract's
   */
  @SuppressWarnings("try") // the scope works by being open
  Tesseract(byte[] data, TesseractConfig config) {
    // The engine must outlive whatever scope the caller has open.
    try (PointerScope scope = new PointerScope()) {
      api = new TessBaseAPI();
      BytePointer bytes = new BytePointer(data);
      int failed =
          api.Init(
              bytes,
              data.length,
              new BytePointer(config.language()),
              tesseract.OEM_LSTM_ONLY,
              (PointerPointer<?>) null,
              0,
              (StringVector) null,
              (StringVector) null,
              false,
              (FileReader) null);
      if (failed != 0) {
        throw new UserError(
            "reward ocr: the data of language "
                + config.language()
                + " is not what Tesseract 5 reads");
      }
      api.SetVariable("debug_file", isWindows() ? "NUL" : "/dev/null");
      api.SetPageSegMode(number(config.pageMode()));
      if (!config.characters().isEmpty()) {
        api.SetVariable("tessedit_char_whitelist", config.characters());
      }
      api.retainReference();
    }
  }

  private static boolean isWindows() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
  }

  private static int number(TesseractConfig.PageMode mode) {
    return switch (mode) {
      case AUTO -> tesseract.PSM_AUTO;
      case BLOCK -> tesseract.PSM_SINGLE_BLOCK;
      case LINE -> tesseract.PSM_SINGLE_LINE;
      case WORD -> tesseract.PSM_SINGLE_WORD;
      case SPARSE -> tesseract.PSM_SPARSE_TEXT;
      case RAW_LINE -> tesseract.PSM_RAW_LINE;
    };
  }

  /** The text of {@code [height, width]} grey levels, line by line; empty when there is none. */
  @SuppressWarnings("try") // the scope works by being open
  String read(byte[] grey, int width, int height) {
    try (PointerScope scope = new PointerScope()) {
      BytePointer pixels = new BytePointer(grey);
      api.SetImage(pixels, width, height, 1, width);
      api.SetSourceResolution(DOTS_PER_INCH);
      BytePointer text = api.GetUTF8Text();
      if (text == null || text.isNull()) {
        return "";
      }
      String lines = text.getString(java.nio.charset.StandardCharsets.UTF_8);
      tesseract.TessDeleteText(text);
      return lines;
    } finally {
      api.Clear();
    }
  }

  @Override
  public void close() {
    api.End();
    api.deallocate();
  }
}
