package dev.meander.dashboard.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/** The page itself: files beside this class, and the chart library from its jar. */
final class Assets {
  private static final Pattern NAME = Pattern.compile("[a-z]+\\.(html|js|css|svg)");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");
  private static final String OWN = "/dev/meander/dashboard/web/";
  private static final Map<String, String> CHARTS =
      Map.of("uplot.js", "uPlot.esm.js", "uplot.css", "uPlot.min.css");

  private Assets() {}

  static void route(RoutesConfig routes) {
    routes.get("/", ctx -> send(ctx, "index.html"));
    routes.get("/web/{name}", ctx -> send(ctx, ctx.pathParam("name")));
  }

  private static void send(Context ctx, String name) throws IOException {
    String resource = CHARTS.containsKey(name) ? charts() + CHARTS.get(name) : OWN + name;
    try (InputStream in =
        NAME.matcher(name).matches() ? Assets.class.getResourceAsStream(resource) : null) {
      if (in == null) {
        throw new NotFoundResponse("there is no such page");
      }
      ctx.contentType(TYPES.get(name.substring(name.indexOf('.') + 1))).result(in.readAllBytes());
    }
  }

  /** The jar's folder has its version in its name. */
  private static String charts() {
    Properties jar = new Properties();
    try (InputStream in =
        Assets.class.getResourceAsStream("/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      jar.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/webjars/uplot/" + jar.getProperty("version") + "/dist/";
  }
}
