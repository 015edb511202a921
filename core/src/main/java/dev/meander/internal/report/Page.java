package dev.meander.internal.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A page that stands alone: styles and the small script for hovering are part of it.
 *
 * @param title as text
 * @param heading as text
 * @param status HTML below the heading
 * @param attributes the attributes of the body, as HTML
 * @param body HTML
 * @param footer as text
 */
record Page(
    String title, String heading, String status, String attributes, String body, String footer) {
  /** The whole document. */
  String html() {
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body%s>
        <header><h1>%s</h1><p>%s</p></header>
        <main>
        %s</main>
        <footer>%s</footer>
        <script>
        %s</script>
        </body>
        </html>
        """
        .formatted(
            Html.escape(title),
            resource("report.css"),
            attributes,
            Html.escape(heading),
            status,
            body,
            Html.escape(footer),
            resource("report.js"));
  }

  /** Writes a document, at once or not at all. */
  static void write(Path file, String html) {
    Path absolute = file.toAbsolutePath();
    Path half = absolute.resolveSibling(absolute.getFileName() + ".part");
    try {
      Files.createDirectories(absolute.getParent());
      Files.writeString(half, html);
      Files.move(
          half, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  static String section(String title, String style, String content) {
    return content.isEmpty()
        ? ""
        : "<section><h2>%s</h2><div class=\"%s\">%s</div></section>\n"
            .formatted(Html.escape(title), style, content);
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside " + Page.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
