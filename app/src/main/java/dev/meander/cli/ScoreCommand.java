package dev.meander.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.GroupReward;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Reward;
import dev.meander.reward.Samples;
import dev.meander.reward.Scorer;
import dev.meander.reward.TaskEvaluator;
import dev.meander.reward.Verdict;
import dev.meander.train.RewardSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander score}. */
@Command(
    name = "score",
    header = "Score images with any reward.",
    description = {
      "",
      "Every reward scores every image against its prompt, as it would in training; one that compares images takes"
          + " those of a prompt as a group.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  meander score --reward jpeg_compressibility --prompt \"a cat\" cat.png dog.jpg",
      "  meander score --reward ocr --prompt 'a sign saying \"OPEN\"' sign.png --json",
      "  meander score --reward ocr --reward mean_color=blue.yaml --prompt 'a blue sign saying \"HI\"' hi.png",
      "  meander score --reward 'compositional={mode: strict}' --metadata prompts.jsonl 0.png 1.png",
      "",
      "The JSON document: means (by reward), images (image, prompt, scores by reward, and what is wrong with the",
      "image where a reward can tell). `meander recipes rewards` lists the rewards."
    })
final class ScoreCommand implements Callable<Integer> {
  @ParentCommand private Meander meander;
  @Mixin private JsonOption json;

  @Option(
      names = {"-r", "--reward"},
      required = true,
      paramLabel = "NAME[=CONFIG]",
      description = "A reward, with its settings as a YAML file or as YAML in braces; repeatable.")
  private List<String> rewards;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "What the images should show.")
  private String prompt;

  @Option(
      names = {"-m", "--metadata"},
      paramLabel = "FILE",
      description = {
        "A prompt file (.jsonl in GenEval's form, or .txt): one line for all images, or a line for each, in"
            + " order. With --prompt, its line with that prompt."
      })
  private Path metadata;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "PNG, JPEG, GIF or BMP files.")
  private List<Path> images;

  /** One column of the result. */
  private record Column(String name, float[] scores, List<Verdict> verdicts) {
    double mean() {
      double sum = 0;
      for (float score : scores) {
        sum += score;
      }
      return sum / scores.length;
    }
  }

  @Override
  public Integer call() {
    // A mistake in the command shows before images are read, and those are before models are.
    List<RewardOption> options = rewards.stream().map(RewardOption::parse).toList();
    List<Prompt> prompts = prompts();
    requireScorable(options, prompts);
    List<Reward.Sample> samples = read(prompts);
    Map<String, Scorer> scorers = new LinkedHashMap<>();
    try (RewardSet set = new RewardSet()) {
      for (int i = 0; i < options.size(); i++) {
        RewardOption option = options.get(i);
        String name = option.name();
        scorers.put(scorers.containsKey(name) ? name + "_" + i : name, option.scorer(set));
      }
      List<Column> columns = new ArrayList<>();
      scorers.forEach((name, reward) -> columns.add(column(name, reward, samples)));
      report(samples, columns);
    }
    return 0;
  }

  private static Column column(String name, Scorer scorer, List<Reward.Sample> samples) {
    if (scorer instanceof TaskEvaluator evaluator) {
      List<Verdict> verdicts = evaluator.judge(samples);
      return new Column(name, evaluator.scores(verdicts), verdicts);
    }
    return new Column(
        name,
        scorer instanceof Reward reward
            ? reward.score(samples)
            : byPrompt(name, (GroupReward) scorer, samples),
        List.of());
  }

  private static void requireScorable(List<RewardOption> options, List<Prompt> prompts) {
    Problems problems = new Problems();
    for (RewardOption option : options) {
      PromptCheck check = option.provider().promptCheck(option.config());
      for (Prompt prompt : new LinkedHashSet<>(prompts)) {
        List<String> found = check.problems(prompt);
        if (!found.isEmpty()) {
          problems.add(
              "prompt %s, reward %s: %s"
                  .formatted(prompt.id(), option.name(), String.join("; ", found)));
        }
      }
    }
    problems.throwIfAny("these images cannot be scored");
  }

  /** The images of a prompt are a group. */
  private static float[] byPrompt(String name, GroupReward reward, List<Reward.Sample> samples) {
    float[] scores = new float[samples.size()];
    for (String prompt : samples.stream().map(s -> s.prompt().text()).distinct().toList()) {
      int[] group =
          IntStream.range(0, scores.length)
              .filter(i -> samples.get(i).prompt().text().equals(prompt))
              .toArray();
      if (group.length < GroupReward.LEAST) {
        throw new UserError(
            "%s compares the images of a prompt with each other, but there is a single one of \"%s\""
                .formatted(name, prompt));
      }
      float[] own = reward.score(Arrays.stream(group).mapToObj(samples::get).toList());
      IntStream.range(0, group.length).forEach(k -> scores[group[k]] = own[k]);
    }
    return scores;
  }

  /** One prompt for each image. */
  private List<Prompt> prompts() {
    if (metadata == null) {
      if (prompt == null) {
        throw new UserError("scoring needs --prompt TEXT, or --metadata FILE with prompts");
      }
      return Collections.nCopies(images.size(), Prompt.of("--prompt", prompt));
    }
    PromptSet set = PromptSet.load(metadata);
    if (prompt != null) {
      Prompt line =
          set.prompts().stream()
              .filter(p -> p.text().equals(prompt.strip()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new UserError(metadata + " has no line with the prompt \"" + prompt + "\""));
      return Collections.nCopies(images.size(), line);
    }
    if (set.size() == 1) {
      return Collections.nCopies(images.size(), set.get(0));
    }
    if (set.size() != images.size()) {
      throw new UserError(
          "%s has %d prompts for %d images; give one line for all, a line for each, or choose one with --prompt"
              .formatted(metadata, set.size(), images.size()));
    }
    return set.prompts();
  }

  private List<Reward.Sample> read(List<Prompt> prompts) {
    List<Image> pictures = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Path image : images) {
      try {
        pictures.add(Png.read(image));
      } catch (IOException e) {
        problems.add(e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new UserError(String.join("\n", problems));
    }
    return Samples.of(prompts, pictures);
  }

  private void report(List<Reward.Sample> samples, List<Column> columns) {
    if (json.on) {
      meander.console().json(document(samples, columns));
      return;
    }
    List<String> head = new ArrayList<>(List.of("image"));
    columns.forEach(c -> head.add(c.name()));
    Table table = new Table(head.toArray(String[]::new));
    for (int i = 0; i < samples.size(); i++) {
      List<String> row = new ArrayList<>(List.of(images.get(i).toString()));
      for (Column column : columns) {
        row.add(number(column.scores()[i]));
      }
      table.row(row.toArray(String[]::new));
    }
    if (samples.size() > 1) {
      List<String> means = new ArrayList<>(List.of("mean"));
      columns.forEach(c -> means.add(number(c.mean())));
      table.row(means.toArray(String[]::new));
    }
    table.lines().forEach(meander.console()::line);
    for (int i = 0; i < samples.size(); i++) {
      for (Column column : columns) {
        if (!column.verdicts().isEmpty() && !column.verdicts().get(i).correct()) {
          String reasons = String.join("; ", column.verdicts().get(i).reasons());
          meander.console().line(images.get(i) + ", " + column.name() + ": " + reasons);
        }
      }
    }
  }

  private ObjectNode document(List<Reward.Sample> samples, List<Column> columns) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ObjectNode means = document.putObject("means");
    columns.forEach(c -> means.put(c.name(), c.mean()));
    var list = document.putArray("images");
    for (int i = 0; i < samples.size(); i++) {
      ObjectNode image = list.addObject();
      image.put("image", images.get(i).toString());
      image.put("prompt", samples.get(i).prompt().text());
      ObjectNode scores = image.putObject("scores");
      for (Column column : columns) {
        scores.put(column.name(), column.scores()[i]);
        if (!column.verdicts().isEmpty()) {
          Verdict verdict = column.verdicts().get(i);
          ObjectNode said = image.withObjectProperty("verdicts").putObject(column.name());
          said.put("correct", verdict.correct());
          verdict.reasons().forEach(said.putArray("reasons")::add);
        }
      }
    }
    return document;
  }

  private static String number(double score) {
    return String.format(Locale.ROOT, "%.4f", score);
  }
}
