package dev.meander.dashboard.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.UnauthorizedResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Who may ask, and what a browser may do with the answers. */
final class Access {
  /** Takes the token of an address into a cookie. */
  static final String PARAMETER = "token";

  private static final String COOKIE = "meander-token";
  private static final String BEARER = "Bearer ";

  /** What a browser calls this machine. Another name in {@code Host} is a page that pretends. */
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  /** The policy: nothing from elsewhere, nothing written into pages, no frames, no forms. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Optional<String> token;

  Access(Optional<String> token) {
    this.token = token;
  }

  /** Looks at every request first. */
  void guard(RoutesConfig routes) {
    routes.before(this::check);
  }

  private void check(Context ctx) {
    ctx.header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Resource-Policy", "same-origin")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cache-Control", "no-store");
    if (ctx.method() != HandlerType.GET && ctx.method() != HandlerType.HEAD) {
      throw new MethodNotAllowedResponse("only reading is possible", Map.of());
    }
    if (token.isEmpty()) {
      requireLocalName(ctx);
    } else if (matches(ctx.queryParam(PARAMETER))) {
      ctx.header("Set-Cookie", COOKIE + "=" + token.get() + "; Path=/; HttpOnly; SameSite=Strict");
      ctx.redirect(withoutToken(ctx));
      ctx.skipRemainingHandlers();
    } else if (!matches(ctx.cookie(COOKIE)) && !matches(bearer(ctx))) {
      throw new UnauthorizedResponse(
          "open the address that meander dashboard printed, with its token");
    }
  }

  private static void requireLocalName(Context ctx) {
    String host = Optional.ofNullable(ctx.header("Host")).orElse("");
    if (!LOCAL.contains(host.replaceFirst(":[0-9]+$", ""))) {
      throw new ForbiddenResponse("ask for localhost");
    }
  }

  private static String bearer(Context ctx) {
    String header = ctx.header("Authorization");
    return header != null && header.startsWith(BEARER) ? header.substring(BEARER.length()) : null;
  }

  private static String withoutToken(Context ctx) {
    String query =
        ctx.queryParamMap().entrySet().stream()
            .filter(parameter -> !parameter.getKey().equals(PARAMETER))
            .flatMap(
                parameter -> parameter.getValue().stream().map(v -> encoded(parameter.getKey(), v)))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? ctx.path() : ctx.path() + "?" + query;
  }

  private static String encoded(String name, String value) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8)
        + "="
        + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** Compares in a time that does not depend on how much of it is right. */
  private boolean matches(String given) {
    return given != null
        && MessageDigest.isEqual(
            given.getBytes(StandardCharsets.UTF_8),
            token.orElseThrow().getBytes(StandardCharsets.UTF_8));
  }
}
