package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Scanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DashboardCommandTest {
  @TempDir private Path dir;

  /** What is answered at the address that is printed. */
  private HttpResponse<String> served(String... options) throws Exception {
    PipedInputStream printed = new PipedInputStream();
    PrintStream out = new PrintStream(new PipedOutputStream(printed), true, StandardCharsets.UTF_8);
    String[] line = {"dashboard", dir.toString(), "--port", "0"};
    String[] all = new String[line.length + options.length];
    System.arraycopy(line, 0, all, 0, line.length);
    System.arraycopy(options, 0, all, line.length, options.length);
    Thread server = new Thread(() -> Meander.run(new Console(out, System.err), all));
    server.start();
    try {
      String said = new Scanner(printed, StandardCharsets.UTF_8).nextLine();
      URI address = URI.create(said.substring(said.indexOf("http")));
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    } finally {
      server.interrupt();
      server.join();
    }
  }

  @Test
  void thePageIsAtTheAddressThatIsPrinted() throws Exception {
    HttpResponse<String> page = served();
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("Meander dashboard");
    assertThat(page.uri().getHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void forOthersTheAddressHoldsAToken() throws Exception {
    HttpResponse<String> page = served("--host", "0.0.0.0");
    assertThat(page.statusCode()).isEqualTo(302);
    assertThat(page.uri().getQuery()).matches("token=[A-Za-z0-9_-]{24}");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Cli.Result result = Cli.run("dashboard", dir.resolve("none"));
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("there is no folder", "none");
    assertThat(Cli.run("dashboard", dir, "--host", "no.such.host.invalid").err())
        .contains("there is no address");
  }
}
