package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Table;
import dev.meander.config.Describe;
import dev.meander.config.Keys;
import dev.meander.config.Setting;
import dev.meander.config.UserError;
import dev.meander.pretrain.PreferenceConfig;
import dev.meander.pretrain.PretrainConfig;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.train.TrainConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code meander recipes settings}. */
@Command(
    name = "settings",
    header = "List the settings of a kind of recipe, or explain some.",
    footer = {
      "",
      "Examples:",
      "  meander recipes settings train                   all keys with types and defaults",
      "  meander recipes settings train method.window     those of one section, explained",
      "  meander recipes settings train clip_range        wherever the key stands",
      "  meander recipes settings pickscore               those of a reward"
    })
final class SettingsCommand implements Callable<Integer> {
  private static final String INDENT = "    ";

  @ParentCommand private RecipesCommand parent;
  @Mixin private JsonOption json;

  @Parameters(
      paramLabel = "KIND",
      description = "train, pretrain, preference, or the name of a reward.")
  private String kind;

  @Parameters(
      paramLabel = "KEY",
      arity = "0..1",
      index = "1",
      description = "A setting or a section, which is explained: method.window, clip_range.")
  private String key;

  @Option(names = "--markdown", description = "Everything as Markdown tables.")
  private boolean markdown;

  @Override
  public Integer call() {
    Class<? extends Record> type = type();
    Console console = parent.meander.console();
    if (markdown) {
      console.line(Describe.toMarkdown(type).stripTrailing());
      return 0;
    }
    List<Setting> settings = wanted(Setting.all(type));
    if (json.on) {
      console.json(document(settings));
    } else if (key == null) {
      index(settings).lines().forEach(console::line);
    } else {
      settings.forEach(setting -> explain(setting, console));
    }
    return 0;
  }

  private Class<? extends Record> type() {
    return switch (kind) {
      case "train" -> TrainConfig.class;
      case "pretrain" -> PretrainConfig.class;
      case "preference" -> PreferenceConfig.class;
      default ->
          Rewards.all().stream()
              .filter(r -> r.name().equals(kind))
              .findFirst()
              .flatMap(RewardProvider::settings)
              .orElseThrow(
                  () ->
                      new UserError(
                          "there are settings of train, pretrain, preference and of rewards (meander"
                              + " recipes rewards lists them), not of "
                              + kind));
    };
  }

  private List<Setting> wanted(List<Setting> all) {
    if (key == null) {
      return all;
    }
    List<Setting> matching = all.stream().filter(s -> s.matches(key)).toList();
    if (matching.isEmpty()) {
      throw new UserError(
          "there is no setting %s of %s; %s"
              .formatted(key, kind, Keys.suggestion(key, all.stream().map(Setting::key).toList())));
    }
    return matching;
  }

  private static Table index(List<Setting> settings) {
    Table table = new Table("key", "what it may be");
    settings.forEach(s -> table.row(s.key(), rule(s) + with(s)));
    return table;
  }

  private static void explain(Setting setting, Console console) {
    console.line(setting.key() + with(setting));
    console.line(INDENT + rule(setting));
    if (!setting.meaning().isEmpty()) {
      console.line(INDENT + setting.meaning());
    }
  }

  private static String rule(Setting setting) {
    return setting.kind()
        + switch (setting.standard()) {
          case "required" -> "; required";
          case "none" -> "; may be left out";
          case "" -> "; default \"\"";
          default -> "; default " + setting.standard();
        };
  }

  private static String with(Setting setting) {
    return setting.of().isEmpty() ? "" : "  (with " + String.join(", ", setting.of()) + ")";
  }

  private static ArrayNode document(List<Setting> settings) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (Setting s : settings) {
      ObjectNode one = all.addObject().put("key", s.key());
      s.of().forEach(one.putArray("with")::add);
      one.put("type", s.kind()).put("default", s.standard()).put("meaning", s.meaning());
    }
    return all;
  }
}
