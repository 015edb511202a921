package dev.meander.dashboard.server;

import dev.meander.config.UserError;
import dev.meander.internal.runs.RunIndex;
import dev.meander.internal.runs.RunsFolder;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;

/** A web server that shows the runs of a folder and changes nothing. */
public final class Dashboard implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

  private final Settings settings;
  private final RunIndex index;
  private final Live live;
  private final Javalin server;

  /**
   * What to serve, and to whom.
   *
   * @param runs the folder
   * @param host the address to listen on
   * @param port the port, or 0 for any free one
   * @param token what a client must know; none is needed on an address that only this machine
   *     reaches
   */
  public record Settings(Path runs, String host, int port, Optional<String> token) {}

  private Dashboard(Settings settings) {
    this.settings = settings;
    this.index = RunIndex.watch(RunsFolder.of(settings.runs()), InstantSource.system(), PAUSE);
    this.live = new Live(index);
    this.server = Javalin.create(this::configure);
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.jetty.host = settings.host();
    config.jetty.port = settings.port();
    config.jetty.modifyServer(Dashboard::endInOrder);
    new Access(settings.token()).guard(config.routes);
    Assets.route(config.routes);
    new Api(index).route(config.routes);
    config.routes.sse("/api/events", live::serve);
  }

  /** Stopping waits for the answers that are under way: Javalin trips over those cut off. */
  private static void endInOrder(Server server) {
    server.setHandler(new GracefulHandler());
    server.setStopTimeout(LAST_ANSWERS.toMillis());
  }

  /**
   * Begins to serve.
   *
   * @throws UserError when there is no such folder, or the address cannot be used, or others reach
   *     it and no token is set
   */
  public static Dashboard start(Settings settings) {
    if (settings.token().isEmpty() && !isLoopback(settings.host())) {
      throw new UserError(
          "others can reach the address " + settings.host() + ": serving it needs a token");
    }
    Dashboard dashboard = new Dashboard(settings);
    try {
      dashboard.server.start();
      return dashboard;
    } catch (JavalinBindException e) {
      dashboard.close();
      throw new UserError(
          "port %d of %s cannot be used; another dashboard may be running, or give --port"
              .formatted(settings.port(), settings.host()),
          e);
    }
  }

  /**
   * Whether only this machine reaches an address.
   *
   * @throws UserError when there is no such address
   */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UserError("there is no address " + host, e);
    }
  }

  /** The address to open, with the token. */
  public URI address() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    String query = settings.token().map(t -> "?" + Access.PARAMETER + "=" + t).orElse("");
    return URI.create("http://%s:%d/%s".formatted(host, server.port(), query));
  }

  @Override
  public void close() {
    live.close();
    server.stop();
    index.close();
  }
}
