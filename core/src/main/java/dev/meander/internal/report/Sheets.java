package dev.meander.internal.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.image.Resample;
import dev.meander.internal.runs.RunsFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sheets of images as a page can hold them: their images no larger than they are looked at, and no
 * more sheets than fit.
 *
 * @param sheets the events that tell of them
 * @param images their pixels as addresses, by file
 */
record Sheets(List<JsonNode> sheets, Map<String, String> images) {
  private static final int LONGEST_SIDE = 320;
  private static final int LONGEST_SHEET = 1600;

  /** A sheet; its file may be gone. */
  private record Found(ObjectNode event, Optional<Path> file, int factor, long bytes) {}

  /**
   * Those of a run.
   *
   * @param drawn the events that tell of them, in order
   * @param budget bytes, about: the first and the last are there in any case, others evenly between
   */
  static Sheets of(Path run, List<JsonNode> drawn, long budget) {
    RunsFolder folder = RunsFolder.of(run);
    List<JsonNode> sheets = new ArrayList<>();
    Map<String, String> images = new LinkedHashMap<>();
    for (Found sheet : chosen(drawn.stream().map(e -> found(folder, e)).toList(), budget)) {
      try {
        if (sheet.file().isPresent()) {
          images.put(sheet.event().path("path").asText(), address(sheet));
        }
      } catch (IOException | IllegalArgumentException e) {
        continue; // the page says that it cannot be read
      } finally {
        sheets.add(sheet.event());
      }
    }
    return new Sheets(sheets, images);
  }

  private static Found found(RunsFolder folder, JsonNode event) {
    ObjectNode copy = event.deepCopy();
    if (!copy.path("tiles").isArray()) {
      copy.putArray("tiles");
    }
    int longest = 1;
    for (JsonNode tile : copy.path("tiles")) {
      longest =
          Math.max(longest, Math.max(tile.path("width").asInt(), tile.path("height").asInt()));
    }
    int factor = (longest - 1) / LONGEST_SIDE + 1;
    try {
      Optional<Path> file = folder.inside(folder.root().resolve(copy.path("path").asText()));
      long bytes = file.isPresent() ? Files.size(file.get()) / factor / factor : 0;
      return new Found(copy, file, factor, bytes);
    } catch (IOException | IllegalArgumentException e) {
      return new Found(copy, Optional.empty(), factor, 0);
    }
  }

  /** As many sheets as fit, the first and the last among them. */
  private static List<Found> chosen(List<Found> all, long budget) {
    for (int n = all.size(); n > 2; n--) {
      List<Found> some = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        some.add(all.get((int) ((long) i * (all.size() - 1) / (n - 1))));
      }
      if (some.stream().mapToLong(Found::bytes).sum() <= budget) {
        return some;
      }
    }
    return all.size() < 2 ? all : List.of(all.get(0), all.get(all.size() - 1));
  }

  /**
   * The sheet's pixels; where they are too many, fewer of them, with the tiles moved accordingly.
   */
  private static String address(Found sheet) throws IOException {
    byte[] png = Files.readAllBytes(sheet.file().orElseThrow());
    ArrayNode tiles = sheet.event().withArray("tiles");
    if (sheet.factor() > 1 || tiles.isEmpty()) {
      Image image = Png.decode(png);
      int longest = Math.max(image.width(), image.height());
      Image small =
          Resample.shrink(
              image,
              tiles.isEmpty() ? LONGEST_SHEET : (longest + sheet.factor() - 1) / sheet.factor());
      if (tiles.isEmpty()) {
        tiles
            .addObject()
            .put("prompt", "the whole sheet")
            .put("x", 0)
            .put("y", 0)
            .put("width", small.width())
            .put("height", small.height());
      } else {
        int factor = image.width() / small.width();
        for (JsonNode tile : tiles) {
          if (tile instanceof ObjectNode box) {
            scale(box, factor);
          }
        }
      }
      png = Png.encode(small);
    }
    return address(png);
  }

  private static void scale(ObjectNode tile, int factor) {
    for (String key : List.of("x", "y", "width", "height")) {
      tile.put(key, tile.path(key).asInt() / factor);
    }
  }

  /** A PNG as a data address. */
  static String address(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }
}
