package dev.meander.internal.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What pages are made of: the views' scripts and styles, and the chart library from its jar. A
 * server hands them out one by one; a page that stands alone has them in one piece.
 */
public final class PageFiles {
  private static final Map<String, String> CHARTS =
      Map.of(
          "uplot.js", "uPlot.esm.js",
          "uplot.css", "uPlot.min.css",
          "uplot.iife.js", "uPlot.iife.min.js");

  private static final Pattern LIBRARY = Pattern.compile("(?m)^import uPlot from .*;\n");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:\\* as )?(.+) from '\\./([a-z]+)\\.js';$");
  private static final Pattern EXPORT =
      Pattern.compile("(?m)^export ((?:async )?(?:function|const|let) (\\w+))");

  private PageFiles() {}

  /** A file by its name; null when there is none of that name. */
  public static InputStream open(String name) {
    return PageFiles.class.getResourceAsStream(
        CHARTS.containsKey(name) ? charts() + CHARTS.get(name) : "web/" + name);
  }

  /** The jar's folder has its version in its name. */
  private static String charts() {
    Properties jar = new Properties();
    try (InputStream in =
        PageFiles.class.getResourceAsStream(
            "/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      jar.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/webjars/uplot/" + jar.getProperty("version") + "/dist/";
  }

  private static String text(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All styles. */
  static String style() {
    return text("uplot.css") + "\n" + text("style.css");
  }

  /**
   * The script of that name with all that it imports. A page that is opened from disk may not load
   * modules, so each becomes a function, after those that it needs.
   */
  static String script(String name) {
    Map<String, String> modules = new LinkedHashMap<>();
    bundle(name, modules);
    return text("uplot.iife.js") + "\n" + String.join("", modules.values());
  }

  private static void bundle(String name, Map<String, String> done) {
    String text = LIBRARY.matcher(text(name + ".js")).replaceAll("");
    IMPORT
        .matcher(text)
        .results()
        .map(m -> m.group(2))
        .distinct()
        .forEach(
            needed -> {
              if (!done.containsKey(needed)) {
                bundle(needed, done);
              }
            });
    Matcher exports = EXPORT.matcher(text);
    String names = exports.results().map(m -> m.group(2)).collect(Collectors.joining(", "));
    String body = IMPORT.matcher(exports.replaceAll("$1")).replaceAll("const $1 = \\$$2;");
    done.put(
        name,
        "const $%s = (() => {\n'use strict';\n%s\nreturn {%s};\n})();\n"
            .formatted(name, body, names));
  }
}
