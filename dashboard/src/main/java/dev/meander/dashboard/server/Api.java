package dev.meander.dashboard.server;

import dev.meander.config.UserError;
import dev.meander.internal.runs.Curve;
import dev.meander.internal.runs.RunIndex;
import dev.meander.internal.runs.RunTraces;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What the page asks for, as JSON; and images. A run is named by the parameter {@code run}. */
final class Api {
  private static final Duration FIRST_LOOK = Duration.ofMillis(1200);
  private static final int MOST_POINTS = 1500;
  private static final int MOST_RUNS = 40;
  private static final int MOST_SPREADS = 80;
  private static final Pattern PICTURE = Pattern.compile("(samples|traces)/[A-Za-z0-9_-]+\\.png");

  private final RunIndex index;
  private final RunTraces traces;

  Api(RunIndex index) {
    this.index = index;
    this.traces = new RunTraces(index.folder());
  }

  void route(RoutesConfig routes) {
    routes.get("/api/runs", ctx -> Json.send(ctx, index.runs(FIRST_LOOK)));
    routes.get("/api/run", this::run);
    routes.get("/api/curves", this::curves);
    routes.get("/api/sheets", ctx -> Json.send(ctx, index.sheets(run(ctx, "run"))));
    routes.get("/api/traces", ctx -> Json.send(ctx, traces.rollouts(directory(ctx))));
    routes.get("/api/trace", this::trace);
    routes.get("/api/spread", ctx -> Json.send(ctx, traces.spreads(directory(ctx), MOST_SPREADS)));
    routes.get("/image", this::picture);
    routes.exception(
        UserError.class,
        (e, ctx) -> {
          ctx.status(HttpStatus.NOT_FOUND);
          Json.send(ctx, Map.of("error", e.getMessage()));
        });
  }

  private static String run(Context ctx, String parameter) {
    String id = ctx.queryParam(parameter);
    if (id == null) {
      throw new BadRequestResponse("say which " + parameter);
    }
    return id;
  }

  private Path directory(Context ctx) {
    return index.directory(run(ctx, "run"));
  }

  private void run(Context ctx) {
    String id = run(ctx, "run");
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("id", id);
    all.put("settings", index.settings(id).all());
    all.put("series", index.curveNames(id));
    all.put("notices", index.notices(id));
    Json.send(ctx, all);
  }

  /** The points of each run and each series. */
  private void curves(Context ctx) {
    List<String> runs = ctx.queryParams("run");
    if (runs.size() > MOST_RUNS) {
      throw new BadRequestResponse("no more than " + MOST_RUNS + " runs at once");
    }
    String x = ctx.queryParam("x") == null ? "rollouts" : ctx.queryParam("x");
    Map<String, Map<String, Curve>> all = new LinkedHashMap<>();
    for (String id : runs) {
      Map<String, Curve> curves = new LinkedHashMap<>();
      for (String series : ctx.queryParams("series")) {
        Curve curve = index.curve(id, series, x, MOST_POINTS);
        if (curve.x().length > 0) {
          curves.put(series, curve);
        }
      }
      all.put(id, curves);
    }
    Json.send(ctx, all);
  }

  private void trace(Context ctx) throws IOException {
    long rollout;
    try {
      rollout = Long.parseLong(run(ctx, "rollout"));
    } catch (NumberFormatException e) {
      throw new BadRequestResponse("rollout must be a number");
    }
    send(ctx, traces.file(directory(ctx), rollout), "application/json");
  }

  private void picture(Context ctx) throws IOException {
    String file = run(ctx, "file");
    if (!PICTURE.matcher(file).matches()) {
      throw new NotFoundResponse("there is no such image");
    }
    Path path =
        index
            .folder()
            .inside(directory(ctx).resolve(file))
            .orElseThrow(() -> new NotFoundResponse("there is no such image"));
    send(ctx, path, "image/png");
  }

  /** A file that the browser may keep as long as it does not change. */
  private static void send(Context ctx, Path file, String type) throws IOException {
    String tag =
        "\"%d-%d\"".formatted(Files.size(file), Files.getLastModifiedTime(file).toMillis());
    ctx.header("Cache-Control", "private, no-cache").header("ETag", tag);
    if (tag.equals(ctx.header("If-None-Match"))) {
      ctx.status(HttpStatus.NOT_MODIFIED);
    } else {
      ctx.contentType(type).result(Files.newInputStream(file));
    }
  }
}
