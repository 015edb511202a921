package dev.meander.reward;

import dev.meander.config.UserError;
import dev.meander.prompt.Prompt;
import java.util.List;

/** Which prompts a reward cannot score, known before any image is made. */
@FunctionalInterface
public interface PromptCheck {
  /** What keeps the reward from scoring images of that prompt; empty when nothing does. */
  List<String> problems(Prompt prompt);

  /** The message of what an attempt throws, as the only problem. */
  static List<String> attempt(Runnable reading) {
    try {
      reading.run();
      return List.of();
    } catch (UserError e) {
      return List.of(e.getMessage());
    }
  }
}
