package dev.meander.cli.check;

import dev.meander.model.Pipeline;
import dev.meander.model.TextEncoders;
import dev.meander.prompt.Prompt;
import dev.meander.text.CutPrompts;
import dev.meander.text.TokenLimit;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingPrompts;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether the text encoders see whole prompts. */
final class TokensCheck implements Check {
  @Override
  public String subject() {
    return "tokenizers";
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    TrainingPrompts prompts = rehearsal.prompts().get();
    TrainConfig config = rehearsal.config();
    Set<String> texts =
        Stream.concat(
                prompts.training().prompts().stream(),
                config.evaluation().chosen(prompts.heldOut()).stream())
            .map(Prompt::text)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (config.model().textEncoders() == TrainConfig.TextMode.KEEP) {
      return lines(rehearsal.pipeline().get().prompts().limits(), texts);
    }
    rehearsal.pipeline().requireAvailable();
    try (TextEncoders encoders =
        Pipeline.loadText(config.model().directory(), config.model().text())) {
      return lines(encoders.limits(), texts);
    }
  }

  private List<Line> lines(List<TokenLimit> limits, Set<String> texts) {
    String seen =
        limits.stream()
            .map(l -> l.encoder() + " sees " + l.tokens() + " tokens")
            .collect(Collectors.joining(", "));
    return List.of(
        CutPrompts.message(limits, texts)
            .map(
                cut ->
                    Line.warning(
                        subject(),
                        cut,
                        "put what matters first, or shorten them; T5 sees more with model.t5_tokens"))
            .orElseGet(
                () ->
                    Line.ok(
                        subject(), "%s; none of %d prompts is cut".formatted(seen, texts.size()))));
  }
}
