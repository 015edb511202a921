package dev.meander.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.advantage.Statistics;
import dev.meander.cli.text.Columns;
import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.event.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same measurement by this build and by that of another commit, alternately: what a machine
 * does besides changes over minutes by more than most changes of the code, so only neighbours are
 * compared.
 *
 * @param home a checkout of the program, with its launcher
 * @param commit the commit to compare with
 * @param arguments the measurement: the arguments of {@code bench} without those of the comparison
 * @param cache where the other commit is built
 */
record BuildBench(Path home, String commit, List<String> arguments, Path cache) {
  private static final String RATE = "_per_second";
  private static final String WHOLE = "%,.0f";
  private static final String DECIMALS = "%.3f";

  /**
   * One rate of all turns.
   *
   * @param name which rate, e.g. {@code f32, 2 threads, forward samples/s}
   * @param old the other commit's rate at each turn
   * @param now this build's rate at each turn
   */
  record Ratio(String name, double[] old, double[] now) {
    /** This build's rate over the other's at each turn, in ascending order. */
    double[] ratios() {
      double[] ratios = new double[now.length];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = now[i] / old[i];
      }
      Arrays.sort(ratios);
      return ratios;
    }
  }

  static Path checkout() {
    String home = System.getProperty(Home.PROPERTY);
    if (home == null || !Files.exists(Path.of(home, ".git"))) {
      throw new UserError(
          "--compare builds another commit, so it needs a git checkout of Meander: start ./meander in one");
    }
    return Path.of(home);
  }

  List<Ratio> run(int turns, Progress.Source progress) {
    if (turns < 1) {
      throw new UserError("--turns must be at least 1, not " + turns);
    }
    Path other = build();
    Map<String, double[]> old = new LinkedHashMap<>();
    Map<String, double[]> now = new LinkedHashMap<>();
    try (Progress bar = progress.start("Measuring alternately", 2L * turns, "measurements")) {
      for (int turn = 0; turn < turns; turn++) {
        // Whoever is first changes, so that a machine that grows warm slows both.
        boolean first = turn % 2 == 0;
        measure(first ? other : home, turn, turns, first ? old : now);
        bar.advance(1);
        measure(first ? home : other, turn, turns, first ? now : old);
        bar.advance(1);
      }
    }
    List<Ratio> ratios = new ArrayList<>();
    old.forEach(
        (name, rates) -> {
          if (now.containsKey(name)) {
            ratios.add(new Ratio(name, rates, now.get(name)));
          }
        });
    if (ratios.isEmpty()) {
      throw new UserError("%s measures nothing that this build measures too".formatted(commit));
    }
    return ratios;
  }

  /** A copy of the other commit, built when it is first measured; kept for the next time. */
  private Path build() {
    String hash =
        output(
                home,
                "there is no commit " + commit + " in " + home,
                List.of("git", "rev-parse", "--verify", "--quiet", commit + "^{commit}"))
            .strip();
    Path copy = cache.resolve("builds").resolve(hash);
    if (!Files.exists(copy)) {
      Path half = copy.resolveSibling(hash + ".half-" + ProcessHandle.current().pid());
      output(
          home, "cannot copy " + hash, List.of("git", "clone", "-q", "-n", ".", half.toString()));
      output(half, "cannot copy " + hash, List.of("git", "checkout", "-q", "--detach", hash));
      try {
        Files.move(half, copy);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot keep a copy of " + hash + " in " + copy, e);
      }
    }
    output(copy, "%s cannot be built".formatted(commit), List.of(launcher(copy), "--version"));
    return copy;
  }

  private static String launcher(Path checkout) {
    return checkout.resolve("meander").toString();
  }

  private void measure(Path checkout, int turn, int turns, Map<String, double[]> rates) {
    List<String> command = new ArrayList<>(List.of(launcher(checkout), "bench", "--json"));
    command.addAll(arguments);
    String json = output(checkout, "the measurement in " + checkout + " failed", command);
    rates(json)
        .forEach((name, rate) -> rates.computeIfAbsent(name, n -> new double[turns])[turn] = rate);
  }

  /** The rates of {@code bench --json}. */
  static Map<String, Double> rates(String json) {
    JsonNode results;
    try {
      results = new ObjectMapper().readTree(json).path("results");
    } catch (JsonProcessingException e) {
      throw new UserError("bench --json printed something else: " + json.strip(), e);
    }
    Map<String, Double> rates = new LinkedHashMap<>();
    for (JsonNode result : results) {
      String of =
          "%s, %d threads, "
              .formatted(result.path("dtype").asText(), result.path("threads").asInt());
      result.properties().stream()
          .filter(field -> field.getKey().endsWith(RATE))
          .forEach(
              field ->
                  rates.put(
                      of + field.getKey().replace(RATE, "/s").replace('_', ' '),
                      field.getValue().asDouble()));
    }
    return rates;
  }

  private static String output(Path directory, String failed, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new UserError(failed);
      }
      return out;
    } catch (IOException e) {
      throw new UserError(failed + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted", e);
    }
  }

  static Columns<Ratio> columns() {
    return new Columns<Ratio>()
        .add("rate", "rate", "%s", Ratio::name)
        .add("before", "before", WHOLE, r -> Statistics.median(r.old()))
        .add("now", "now", WHOLE, r -> Statistics.median(r.now()))
        .add("ratio", "ratio", DECIMALS, r -> Statistics.median(r.ratios()))
        .add("lowest", "lowest", DECIMALS, r -> r.ratios()[0])
        .add("highest", "highest", DECIMALS, r -> r.ratios()[r.ratios().length - 1]);
  }
}
