package dev.meander.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Schema;
import dev.meander.reward.Rewards;
import dev.meander.train.TrainConfig;
import java.util.Map;

/** The JSON Schema of training recipes, with the rewards and extensions on the class path. */
public final class RecipeSchema {
  private RecipeSchema() {}

  /** The schema, which editors complete and check recipes by. */
  public static ObjectNode train() {
    Schema.Named reward = new Schema.Named("name", "config", Rewards.settings());
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
