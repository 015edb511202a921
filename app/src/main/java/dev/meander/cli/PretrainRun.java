package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.event.EventBus;
import dev.meander.event.EventSink;
import dev.meander.event.JsonlSink;
import dev.meander.event.TensorBoardSink;
import dev.meander.internal.report.ReportSink;
import dev.meander.pretrain.PreferenceConfig;
import dev.meander.pretrain.PreferenceTrainer;
import dev.meander.pretrain.PretrainConfig;
import dev.meander.pretrain.PretrainRecipes;
import dev.meander.pretrain.Pretrainer;
import dev.meander.pretrain.Pretraining;
import dev.meander.tensor.Engine;
import dev.meander.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A pretraining in its directory: started anew, or continued.
 *
 * @param viewers the sinks besides the run's own files
 */
record PretrainRun(Pretraining config, RunDirectory directory, List<EventSink> viewers) {
  /**
   * Trains to the end and returns the model's directory.
   *
   * @param overwrite begin anew in the place of what the directory holds
   */
  Path execute(boolean resume, boolean overwrite) {
    if (resume) {
      requireSameRecipe();
    } else {
      if (overwrite && directory.exists()) {
        directory.clear();
      }
      directory.create();
      write(directory.recipe(), PretrainRecipes.yaml(config));
    }
    Engine.start(config.basics().threads(), config.basics().workers());
    Path model = directory.root().resolve("model");
    try (EventBus events = new EventBus(InstantSource.system(), sinks(resume))) {
      if (config instanceof PreferenceConfig preference) {
        new PreferenceTrainer(preference, directory.checkpoints(), events).run(model);
      } else {
        new Pretrainer((PretrainConfig) config, directory.checkpoints(), events).run(model);
      }
    }
    return model;
  }

  private List<EventSink> sinks(boolean resume) {
    Path metrics = directory.metrics();
    List<EventSink> sinks = new ArrayList<>();
    sinks.add(
        resume && Files.exists(metrics)
            ? JsonlSink.open(metrics, PretrainMetrics.kept(metrics, directory.checkpoints()))
            : JsonlSink.create(metrics));
    sinks.add(new TensorBoardSink(directory.tensorBoard(), directory.root()));
    sinks.addAll(viewers);
    sinks.add(new ReportSink(directory.root(), InstantSource.system()));
    return sinks;
  }

  private void requireSameRecipe() {
    if (!directory.exists()) {
      throw new UserError(directory.root() + " holds no run to resume; start one without --resume");
    }
    JsonNode before = ConfigFile.read(directory.recipe());
    JsonNode now = ConfigFile.parse(PretrainRecipes.yaml(config), "this recipe");
    TreeSet<String> different = new TreeSet<>();
    before.fieldNames().forEachRemaining(different::add);
    now.fieldNames().forEachRemaining(different::add);
    different.removeIf(key -> before.path(key).equals(now.path(key)));
    if (!different.isEmpty()) {
      throw new UserError(
          "%s was started with other settings: %s; resume with the same ones, or start a new run with --out"
              .formatted(directory.root(), String.join(", ", different)));
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + StrictJson.fault(e), e);
    }
  }
}
