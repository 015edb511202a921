package dev.meander.rewards;

import dev.meander.reward.KnownPicture;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.SettingsProvider;
import java.util.List;

/** Registers {@link CompositionalReward} as {@code compositional}. */
public final class CompositionalProvider extends SettingsProvider<CompositionalConfig> {
  public CompositionalProvider() {
    super(
        "compositional",
        "GenEval's rules over detected shapes, and the word on a sign (keys: mode, clip_at_zero)",
        CompositionalConfig.class,
        CompositionalReward::new);
  }

  @Override
  protected List<KnownPicture> knownPictures(CompositionalConfig settings) {
    return KnownScenes.toys();
  }

  /** What nothing can see would be a silent 0 for the whole run. */
  @Override
  protected PromptCheck promptCheck(CompositionalConfig settings) {
    return CompositionalReward::problems;
  }
}
