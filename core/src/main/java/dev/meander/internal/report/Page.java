package dev.meander.internal.report;

import dev.meander.config.StrictJson;
import dev.meander.internal.checkpoint.Sha256;
import dev.meander.internal.runs.RunJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A page that stands alone: the dashboard's views, with styles, scripts and all that they show in
 * one file. Nothing is loaded, and its content security policy lets nothing else run.
 */
final class Page {
  private static final String STYLE = PageFiles.style();
  private static final String SCRIPT = PageFiles.script("export");

  private final String title;
  private final String heading;
  private final Map<String, Object> data = new LinkedHashMap<>();

  /**
   * A page without content.
   *
   * @param kind which views it has, as {@code export.js} knows them
   * @param status what stands beside the heading
   */
  Page(String kind, String title, String heading, String status) {
    this.title = title;
    this.heading = heading;
    data.put("page", kind);
    data.put("status", status);
  }

  /** Adds something that the views look at. */
  Page with(String name, Object value) {
    data.put(name, value);
    return this;
  }

  /** The whole document. */
  String html() {
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>%s</style>
        </head>
        <body>
        <header><h1>%s</h1><p id="live" role="status"></p><button id="theme" type="button">Dark</button></header>
        <main id="main" tabindex="-1"></main>
        <noscript>This page needs JavaScript.</noscript>
        <script type="application/json" id="data">%s</script>
        <script>%s</script>
        </body>
        </html>
        """
        .formatted(
            hash(SCRIPT),
            hash(STYLE),
            escape(title),
            STYLE,
            escape(heading),
            RunJson.text(data).replace("<", "\\u003c"), // so that no text can end the element
            SCRIPT);
  }

  /** Writes the document, at once or not at all. */
  void write(Path file) {
    Path absolute = file.toAbsolutePath();
    Path half = absolute.resolveSibling(absolute.getFileName() + ".part");
    try {
      Files.createDirectories(absolute.getParent());
      Files.write(half, html().getBytes(StandardCharsets.UTF_8)); // half a character becomes a "?"
      Files.move(
          half, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + StrictJson.fault(e), e);
    }
  }

  private static String hash(String text) {
    byte[] hash = Sha256.hash(text.getBytes(StandardCharsets.UTF_8));
    return "sha256-" + Base64.getEncoder().encodeToString(hash);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
