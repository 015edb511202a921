package dev.meander.model;

import java.util.ArrayList;
import java.util.List;

/**
 * What pipelines of diffusers have in common: a transformer, an AutoencoderKL, noise levels, and
 * text encoders, each with a tokenizer.
 *
 * @param <C> the transformer's settings
 */
public abstract class DiffusersPipeline<C extends Record & TransformerConfig>
    implements PipelineParts {
  protected final ModelDirectory files;
  protected final C transformer; // null after noting a problem, as all that follow
  protected final VaeConfig vae;
  protected final SchedulerConfig scheduler;
  protected final ModelDirectory.MeanderFile meander;

  /**
   * Reads settings and opens the weights; what is missing or wrong is noted.
   *
   * @param encoders the directories of text encoders
   * @param hint what to say where directories are missing
   * @param type the record of the transformer's settings
   * @param className the transformer's class in diffusers
   */
  protected DiffusersPipeline(
      ModelDirectory files, List<String> encoders, String hint, Class<C> type, String className) {
    this.files = files;
    List<String> weights = new ArrayList<>(List.of("transformer", "vae"));
    weights.addAll(encoders);
    List<String> needed = new ArrayList<>(List.of("scheduler"));
    encoders.forEach(encoder -> needed.add(encoder.replace("text_encoder", "tokenizer")));
    needed.addAll(weights);
    files.require(needed, hint);
    transformer = files.config("transformer", type, className);
    vae = files.vae();
    scheduler = files.scheduler();
    meander = files.meander();
    weights.forEach(files::open);
  }

  @Override
  public final C transformerConfig() {
    return transformer;
  }

  @Override
  public final VaeConfig vaeConfig() {
    return vae;
  }
}
