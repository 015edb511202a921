package dev.meander.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Schema;
import dev.meander.reward.Rewards;
import dev.meander.train.TrainConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON Schema of training recipes, with the rewards and extensions on the class path. */
public final class RecipeSchema {
  private RecipeSchema() {}

  /** The schema, which editors complete and check recipes by. */
  public static ObjectNode train() {
    Map<String, Class<? extends Record>> rewards = new LinkedHashMap<>();
    Rewards.all().forEach(r -> r.settings().ifPresent(type -> rewards.put(r.name(), type)));
    Schema.Named reward = new Schema.Named("name", "config", rewards);
    ObjectNode schema =
        Schema.of(
            TrainConfig.class,
            Map.of(
                "extends",
                "A bundled recipe's name, or a file beside this one: what is not set here."),
            Map.of(TrainConfig.RewardTerm.class, reward, TrainConfig.GoldReward.class, reward));
    return schema.put("title", "A training recipe of Meander");
  }
}
