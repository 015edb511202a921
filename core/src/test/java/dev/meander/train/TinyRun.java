package dev.meander.train;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Overrides;
import dev.meander.distributed.DistributedConfig;
import dev.meander.distributed.Launch;
import dev.meander.distributed.Peers;
import dev.meander.event.Progress;
import dev.meander.tensor.Engine;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Trains the tiny pipeline of the parity fixtures; a process of its own for tests that kill it. */
public final class TinyRun {
  private static final String RECIPE =
      """
      name: tiny
      rollouts: 6
      threads: 1
      model: {path: src/test/resources/parity/pipe-sd3, t5_tokens: 2, height: 16, width: 24}
      sampling: {steps: 4, guidance: 2.0, batch_size: 5}
      method:
        window: full
        objective: {type: clipped, clip_range: 1.0e-3}
        kl: {type: flow_grpo, beta: 0.01}
      data: {prompts: "src/test/resources/prompts/train.txt", prompts_per_rollout: 2, group_size: 3}
      rewards: [{name: brightness}]
      gold_rewards: [{name: mean_color, config: {target: [0, 0, 0]}}]
      gold_watch: {window: 4, threshold: 0.0}
      policy: {type: lora, lora: {rank: 2, alpha: 4}}
      update:
        batch_size: 4
        learning_rate: {type: constant, peak: 1.0e-3, warm_up: 0}
        ema: {decay: 0.9, every: 2}
      evaluation: {prompts: "src/test/resources/prompts/validation.txt", limit: 4, steps: 4, every: 2, reward: {name: brightness}}
      checkpoints: {every: 1, keep: 2}
      """;

  private TinyRun() {}

  /** The configuration with {@code overrides}. */
  static TrainConfig config(String... overrides) {
    return Binder.bind(
        Overrides.apply(ConfigFile.parse(RECIPE, "tiny"), List.of(overrides)),
        TrainConfig.class,
        "tiny");
  }

  static Trainer.Summary run(Path directory, boolean resume, String... overrides) {
    return run(directory, config(overrides)).execute(resume);
  }

  private static TrainRun run(Path directory, TrainConfig config) {
    return new TrainRun(
        config,
        new RunDirectory(directory),
        List.of(),
        Progress.Source.SILENT,
        InstantSource.system());
  }

  /**
   * A process that runs {@link #main} with these arguments; its errors go where its output goes.
   */
  static ProcessBuilder process(Path directory, String... more) {
    List<String> arguments = new ArrayList<>(List.of(directory.toString()));
    arguments.addAll(List.of(more));
    // One compiler: most of its life is the start.
    return java(
        TinyRun.class,
        List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        arguments);
  }

  /** A process with this one's class path; its errors go where its output goes. */
  static ProcessBuilder java(Class<?> program, List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /**
   * Trains alone, or as one of the processes that the environment tells of. Arguments: the
   * directory, then {@code --resume}, {@code --continue} or overrides.
   */
  public static void main(String[] args) {
    Path directory = Path.of(args[0]);
    List<String> overrides = new ArrayList<>(Arrays.asList(args).subList(1, args.length));
    boolean goOn = overrides.remove("--continue") && new RunDirectory(directory).exists();
    boolean resume = overrides.remove("--resume") || goOn;
    TrainConfig config = config(overrides.toArray(String[]::new));
    Engine.start(config.threads(), config.workers());
    try (Peers peers = Launch.here().join(new DistributedConfig(20, 120))) {
      run(directory, config).with(peers).execute(resume);
    } catch (RuntimeException e) {
      e.printStackTrace();
      Engine.leave(1);
    }
  }
}
