package dev.meander.model.sd3;

import dev.meander.model.ModelDirectory;
import dev.meander.model.PipelineParts;
import dev.meander.model.PipelineReader;

/** Reads Stable Diffusion 3. */
public final class Sd3Reader implements PipelineReader {
  @Override
  public String className() {
    return Sd3Pipeline.CLASS;
  }

  @Override
  public PipelineParts read(ModelDirectory directory) {
    return new Sd3Pipeline(directory);
  }
}
