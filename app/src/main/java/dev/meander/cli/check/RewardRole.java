package dev.meander.cli.check;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingPrompts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A reward of a recipe in one of its roles. */
record RewardRole(Role role, String name, JsonNode config) {
  /** What a reward is there for. */
  enum Role {
    REWARD("reward"),
    GOLD("gold reward"),
    JUDGE("judge");

    private final String word;

    Role(String word) {
      this.word = word;
    }
  }

  static List<RewardRole> of(TrainConfig config) {
    List<RewardRole> all = new ArrayList<>();
    config.rewards().forEach(r -> all.add(new RewardRole(Role.REWARD, r.name(), r.config())));
    config.goldRewards().forEach(r -> all.add(new RewardRole(Role.GOLD, r.name(), r.config())));
    TrainConfig.RewardTerm judge = config.evaluation().reward();
    all.add(new RewardRole(Role.JUDGE, judge.name(), judge.config()));
    return all;
  }

  /** Each reward once, whatever its roles. */
  static List<RewardRole> distinct(TrainConfig config) {
    Set<List<Object>> seen = new HashSet<>();
    return of(config).stream().filter(s -> seen.add(List.of(s.name, s.config))).toList();
  }

  String subject() {
    return role.word + " " + name;
  }

  RewardProvider provider() {
    return Rewards.provider(name);
  }

  PromptSet set(TrainingPrompts prompts) {
    return role == Role.JUDGE ? prompts.heldOut() : prompts.training();
  }

  /** The prompts of its set that it will be asked about. */
  List<Prompt> asked(TrainConfig config, TrainingPrompts prompts) {
    return role == Role.JUDGE
        ? config.evaluation().chosen(prompts.heldOut())
        : prompts.training().prompts();
  }
}
