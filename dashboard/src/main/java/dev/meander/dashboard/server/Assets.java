package dev.meander.dashboard.server;

import dev.meander.internal.report.PageFiles;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;

/** The page itself: its own files, and those that it shares with the pages that stand alone. */
final class Assets {
  private static final Pattern NAME = Pattern.compile("[a-z]+\\.(html|js|css|svg)");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");
  private static final String OWN = "/dev/meander/dashboard/web/";

  private Assets() {}

  static void route(RoutesConfig routes) {
    routes.get("/", ctx -> send(ctx, "index.html"));
    routes.get("/web/{name}", ctx -> send(ctx, ctx.pathParam("name")));
  }

  private static void send(Context ctx, String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new NotFoundResponse("there is no such page");
    }
    try (InputStream own = Assets.class.getResourceAsStream(OWN + name);
        InputStream in = own == null ? PageFiles.open(name) : own) {
      if (in == null) {
        throw new NotFoundResponse("there is no such page");
      }
      ctx.contentType(TYPES.get(name.substring(name.indexOf('.') + 1))).result(in.readAllBytes());
    }
  }
}
