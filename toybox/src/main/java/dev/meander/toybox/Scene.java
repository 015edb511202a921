package dev.meander.toybox;

import java.util.List;
import java.util.Optional;

/**
 * What an image shows: objects on a plain ground, or a sign.
 *
 * @param size the side of the square image in pixels
 */
public record Scene(int size, Rgb ground, List<Figure> figures, Optional<Sign> sign) {
  public Scene {
    figures = List.copyOf(figures);
  }
}
