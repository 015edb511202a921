package dev.meander.model.flux;

import dev.meander.model.ModelDirectory;
import dev.meander.model.PipelineParts;
import dev.meander.model.PipelineReader;

/** Reads FLUX.1. */
public final class FluxReader implements PipelineReader {
  @Override
  public String className() {
    return FluxPipeline.CLASS;
  }

  @Override
  public PipelineParts read(ModelDirectory directory) {
    return new FluxPipeline(directory);
  }
}
