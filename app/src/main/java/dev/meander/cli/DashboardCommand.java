package dev.meander.cli;

import dev.meander.dashboard.server.Dashboard;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander dashboard}. */
@Command(
    name = "dashboard",
    header = "Show the runs of a folder in the browser, while they train.",
    description = {
      "",
      "Serves a page with all runs below the folder: table, curves, images, credit, settings, warnings. It only"
          + " reads, and needs nothing of the runs: they may be on, finished, or on another machine's disk.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander dashboard",
      "  meander dashboard studies/tempflow --port 8650",
      "  meander dashboard --host 0.0.0.0      for others too, who need the token that it prints"
    })
final class DashboardCommand implements Callable<Integer> {
  private static final int TOKEN_BYTES = 18;

  @ParentCommand private Meander meander;

  @Parameters(
      arity = "0..1",
      paramLabel = "RUNS_DIR",
      defaultValue = "runs",
      description = "The folder that holds the runs (default: ${DEFAULT-VALUE}).")
  private Path runs;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "The address to listen on (default: ${DEFAULT-VALUE}, this machine only). On any other a token is needed,"
              + " which the printed address holds.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8650",
      description = "The port; 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Override
  public Integer call() throws InterruptedException {
    boolean local = Dashboard.isLoopback(host);
    Optional<String> token = local ? Optional.empty() : Optional.of(token());
    Dashboard.Settings settings = new Dashboard.Settings(runs, host, port, token);
    try (Dashboard dashboard = Dashboard.start(settings)) {
      Interrupt.advise("");
      meander.line("Dashboard of %s at %s".formatted(runs, dashboard.address()));
      if (!local) {
        meander.line("Whoever has this address sees the runs; the connection is not encrypted.");
      }
      new CountDownLatch(1).await();
    }
    return 0;
  }

  private static String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
