package dev.meander.cli.check;

import dev.meander.cli.published.PublishedModel;
import dev.meander.event.Progress;
import dev.meander.model.ModelSizes;
import dev.meander.model.Pipeline;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.Scorer;
import dev.meander.tensor.Engine;
import dev.meander.train.Models;
import dev.meander.train.RewardSet;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingPrompts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a run is made of, each part made when a check first needs it; {@link #close} frees the
 * model.
 */
public final class Rehearsal implements AutoCloseable {
  private final TrainConfig config;
  private final Path run;
  private final OptionalLong memory;
  private final RewardSet rewards;
  private final Progress.Source progress;
  private final Part<TrainingPrompts> prompts;
  private final Part<ModelSizes> sizes;
  private final Part<Pipeline> pipeline;
  private final Map<List<Object>, Part<Scorer>> scorers = new HashMap<>();

  /**
   * Nothing is made yet.
   *
   * @param run where the run would write
   * @param memory the bytes that it may take; empty where that is not known
   * @param rewards where rewards come from; closed by the caller
   */
  public Rehearsal(
      TrainConfig config,
      Path run,
      OptionalLong memory,
      RewardSet rewards,
      Progress.Source progress) {
    this.config = config;
    this.run = run;
    this.memory = memory;
    this.rewards = rewards;
    this.progress = progress;
    this.prompts = new Part<>("the prompts", () -> TrainingPrompts.load(config));
    this.sizes = new Part<>("the model's files", this::readSizes);
    this.pipeline = new Part<>("the model", this::load);
  }

  private ModelSizes readSizes() {
    Engine.start(config.threads(), config.workers());
    TrainConfig.Model model = config.model();
    Optional<PublishedModel> published =
        Files.exists(model.directory())
            ? Optional.empty()
            : PublishedModel.named(model.directory());
    return published.isPresent()
        ? published.get().sizes(model.text())
        : ModelSizes.read(model.directory(), model.text());
  }

  private Pipeline load() {
    Engine.start(config.threads(), config.workers());
    return Models.load(config.model(), this::fewTexts, progress);
  }

  /** What the miniature is made of. */
  TrainingPrompts fewPrompts() {
    TrainingPrompts all = prompts.get();
    return new TrainingPrompts(few(all.training(), 1), few(all.heldOut(), Miniature.EVALUATED));
  }

  private static PromptSet few(PromptSet all, int most) {
    return new PromptSet(all.source(), all.prompts().subList(0, Math.min(most, all.size())));
  }

  private Set<String> fewTexts() {
    Set<String> texts = new TreeSet<>(Set.of(""));
    fewPrompts().training().prompts().forEach(p -> texts.add(p.text()));
    fewPrompts().heldOut().prompts().forEach(p -> texts.add(p.text()));
    return texts;
  }

  TrainConfig config() {
    return config;
  }

  Path run() {
    return run;
  }

  OptionalLong memory() {
    return memory;
  }

  Progress.Source progress() {
    return progress;
  }

  RewardSet rewards() {
    return rewards;
  }

  Part<TrainingPrompts> prompts() {
    return prompts;
  }

  /** By its files; a published model that is not there yet is known without them. */
  Part<ModelSizes> sizes() {
    return sizes;
  }

  Part<Pipeline> pipeline() {
    return pipeline;
  }

  /** Two roles of one reward with the same settings share it. */
  Part<Scorer> reward(RewardRole role) {
    return scorers.computeIfAbsent(
        List.of(role.name(), role.config()),
        key ->
            new Part<>(
                "the reward " + role.name(),
                () -> {
                  Engine.start(config.threads(), config.workers());
                  Engine.use(config.model().device()); // it may be a network
                  return role.role() == RewardRole.Role.JUDGE
                      ? rewards.get(role.name(), role.config())
                      : rewards.scorer(role.name(), role.config());
                }));
  }

  @Override
  public void close() {
    pipeline.made().ifPresent(Pipeline::close);
  }
}
