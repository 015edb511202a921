package dev.meander.preference;

import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Home;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a transformers CLIPModel lies, for rewards that have one. */
record ClipFiles(
    @Doc("Directory of a transformers CLIPModel: config.json and safetensors.") @FilePath
        String model,
    @Doc("Directory of preprocessor_config.json and the tokenizer, when it is another.") @FilePath
        Optional<String> processor) {
  ClipEncoder load() {
    return ClipEncoder.transformers(model, processor);
  }

  /** What its embeddings depend on. */
  List<Path> files() {
    return List.of(Home.resolve(model), Home.resolve(processor.orElse(model)));
  }
}
