package dev.meander.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Symbolic links whose target is gone, as a hub's cache may have them. */
public final class Links {
  private Links() {}

  /** Why a file cannot be read: because a link leads nowhere, or there is none. */
  public static String missing(Path path) {
    for (Path at = path.toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isSymbolicLink(at) && !Files.exists(at)) {
        return at + " is a link to " + target(at) + ", which is not there";
      }
    }
    return Files.exists(path) ? "no permission to read " + path : "there is no file " + path;
  }

  private static Path target(Path link) {
    try {
      return link.resolveSibling(Files.readSymbolicLink(link)).normalize();
    } catch (IOException e) {
      return link;
    }
  }
}
