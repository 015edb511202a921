package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.config.ConfigFile;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardServerCommandTest {
  @Test
  void aRunFindsItsRewardAtTheAddressThatIsPrinted(@TempDir Path temp) throws Exception {
    Path settings = Files.writeString(temp.resolve("strict.yaml"), "mode: strict\n");
    PipedInputStream printed = new PipedInputStream();
    PrintStream out = new PrintStream(new PipedOutputStream(printed), true, StandardCharsets.UTF_8);
    Thread server =
        new Thread(
            () ->
                Meander.run(
                    new Console(out, System.err),
                    "reward-server",
                    "--reward",
                    "compositional=" + settings,
                    "--port",
                    "0"));
    server.start();
    try {
      String line = new Scanner(printed, StandardCharsets.UTF_8).nextLine();
      assertThat(line).startsWith("compositional at http://127.0.0.1:");
      String address = line.substring(line.indexOf("http"));
      JsonNode metadata =
          JsonMapper.builder()
              .build()
              .readTree("{\"tag\":\"counting\",\"include\":[{\"class\":\"circle\",\"count\":2}]}");
      Prompt prompt = new Prompt("1", "a photo of two circles", metadata);
      try (Reward client =
          Rewards.create("http", ConfigFile.parse("endpoints: [\"" + address + "\"]", "test"))) {
        Image blank = new Image(64, 64, new byte[3 * 64 * 64]);
        assertThat(client.score(List.of(new Reward.Sample(prompt, blank)))).containsExactly(0);
      }
    } finally {
      server.interrupt();
      server.join();
    }
  }

  @Test
  void wrongInputIsExplained() {
    assertThat(Cli.run("reward-server", "--reward", "beauty").err())
        .contains("there is no reward beauty");
    Cli.Result port = Cli.run("reward-server", "--reward", "compositional", "--port", "70000");
    assertThat(port.status()).isEqualTo(2);
    assertThat(port.err()).contains("cannot listen on 127.0.0.1, port 70000");
    assertThat(
            Cli.run("reward-server", "--reward", "compositional", "--token-env", "NO_SUCH_TOKEN")
                .err())
        .contains("the environment variable NO_SUCH_TOKEN, named by --token-env, is not set");
  }
}
