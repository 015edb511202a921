package dev.meander.cli;

import dev.meander.reward.remote.RewardServer;
import dev.meander.reward.remote.Secret;
import dev.meander.train.RewardSet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code meander reward-server}. */
@Command(
    name = "reward-server",
    header = "Serve a reward to runs in other processes or on other machines.",
    description = {
      "",
      "Speaks the protocol of docs/remote-rewards.md until it is interrupted. A recipe uses it with"
          + " rewards: [{name: http, config: {endpoints: [ADDRESS]}}]; http_group in its place where the reward compares"
          + " the images of a group.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander reward-server --reward compositional",
      "  meander reward-server --reward compositional=strict.yaml --port 8601",
      "  REWARD_TOKEN=... meander reward-server --reward compositional --host 0.0.0.0 --token-env REWARD_TOKEN"
    })
final class RewardServerCommand implements Callable<Integer> {
  private static final String USER = "reward-server";

  @ParentCommand private Meander meander;

  @Option(
      names = "--reward",
      required = true,
      paramLabel = "NAME[=CONFIG]",
      description =
          "The reward, with its settings as a YAML file or as YAML in braces; see meander recipes rewards.")
  private String reward;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on (default: ${DEFAULT-VALUE}, this machine only).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8600",
      description = "The port; 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--token-env",
      paramLabel = "VARIABLE",
      description =
          "The environment variable with the token that clients must send (default: none).")
  private String tokenEnv;

  @Override
  public Integer call() throws UnknownHostException {
    Optional<Secret> token =
        Secret.read(USER, "--token-env", Optional.ofNullable(tokenEnv), System.getenv());
    RewardOption option = RewardOption.parse(reward);
    try (RewardSet set = new RewardSet();
        RewardServer server =
            RewardServer.start(option.name(), option.scorer(set), settings(token))) {
      Interrupt.advise("");
      meander.line("%s at %s".formatted(option.name(), server.address()));
      if (token.isEmpty() && !InetAddress.getByName(host).isLoopbackAddress()) {
        meander
            .console()
            .err()
            .println(
                "warning: anybody who reaches this address can use it; --token-env asks for a token");
      }
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private RewardServer.Settings settings(Optional<Secret> token) {
    RewardServer.Settings local = RewardServer.Settings.local(port);
    return new RewardServer.Settings(host, port, local.threads(), local.mostBytes(), token);
  }
}
