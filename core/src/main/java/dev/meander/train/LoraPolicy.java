package dev.meander.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.Binder;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Home;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.UserError;
import dev.meander.generate.TrainedWeights;
import dev.meander.model.ModelMerge;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.SavedLora;
import dev.meander.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The adapters that are trained: new ones, or one that is there already.
 *
 * @param from where training starts; empty for new adapters
 * @param rank the inner width; empty only with {@code from}, whose it then is
 * @param alpha likewise
 * @param targets likewise
 * @param init how new adapters start
 */
@Doc("Low-rank adapters: which linear layers are trained through them, and of what size.")
public record LoraPolicy(
    @Doc(
            "Where training starts: an adapter's folder or file (PEFT's or diffusers'), a run, or one of its checkpoints."
                + " It is also the reference of method.kl. Left out: new adapters, which change nothing at first.")
        @FilePath
        Optional<String> from,
    @Doc("The inner width of the adapters. Left out: 32, or that of `from`.") @Range(min = 1)
        Optional<Integer> rank,
    @Doc("The adapters' output is scaled by alpha / rank. Left out: 64, or that of `from`.")
        @Positive
        Optional<Double> alpha,
    @Doc(
            "Layers to adapt: whole names, or their ends after a dot; * stands for anything but a dot. Left out: the"
                + " attention's projections, or the layers of `from`.")
        Optional<List<String>> targets,
    @Doc("How the A matrices of new adapters start (B starts at zero).") @Default("gaussian")
        LoraInit init) {
  private static final LoraConfig USUAL =
      Binder.bind(JsonNodeFactory.instance.objectNode(), LoraConfig.class, "policy.lora");

  public LoraPolicy {
    if (from.isEmpty()) {
      rank = Optional.of(rank.orElse(USUAL.rank()));
      alpha = Optional.of(alpha.orElse(USUAL.alpha()));
      targets = Optional.of(targets.orElse(USUAL.targets()));
    }
    targets = targets.map(List::copyOf);
    if (targets.isPresent() && targets.get().isEmpty()) {
      throw new IllegalArgumentException("targets must name at least one linear layer");
    }
  }

  /** The sizes of new adapters; what is left out because of {@code from} is as usual. */
  public LoraConfig config() {
    return new LoraConfig(
        rank.orElse(USUAL.rank()),
        alpha.orElse(USUAL.alpha()),
        targets.orElse(USUAL.targets()),
        init);
  }

  /**
   * With the numbers of the adapter to start from, where there is one: those of most of its layers.
   *
   * @param layers [out, in] of the model's linear layers by name
   */
  LoraPolicy sized(Map<String, long[]> layers) {
    Optional<Path> start = start();
    if (start.isEmpty()) {
      return this;
    }
    try (Scope scope = new Scope()) {
      LoraConfig its = SavedLora.read(start.get(), layers).config();
      return new LoraPolicy(
          Optional.empty(),
          Optional.of(its.rank()),
          Optional.of(its.alpha()),
          Optional.of(its.targets()),
          init);
    }
  }

  /**
   * The adapter to start from, if there is one to be.
   *
   * @throws UserError saying what lies there instead
   */
  Optional<Path> start() {
    return from.map(
        name -> {
          try {
            Path found = TrainedWeights.locate(Home.resolve(name));
            if (ModelMerge.allWeights(found).isPresent()) {
              throw new UserError(
                  found
                      + " holds all weights of a transformer and no adapter; meander merge puts them into a model, which model.path then names");
            }
            SavedLora.files(found);
            return found;
          } catch (UserError e) {
            throw new UserError("policy.lora.from: " + e.getMessage(), e);
          }
        });
  }
}
