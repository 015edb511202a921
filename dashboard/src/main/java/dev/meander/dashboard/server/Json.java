package dev.meander.dashboard.server;

import dev.meander.internal.runs.RunJson;
import io.javalin.http.Context;

/** Answers for the page's scripts. */
final class Json {
  private Json() {}

  static void send(Context ctx, Object value) {
    ctx.contentType("application/json").result(RunJson.text(value));
  }
}
