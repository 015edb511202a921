package dev.meander.model;

/**
 * Reads one family of models; found by {@link java.util.ServiceLoader}, so that a family can come
 * from outside this library.
 */
public interface PipelineReader {
  /** The pipeline's class that it reads: {@code _class_name} in {@code model_index.json}. */
  String className();

  /**
   * The parts of the pipeline that a directory holds: settings and files are checked and weights
   * opened, but not read.
   *
   * @throws dev.meander.config.UserError listing everything that is missing or wrong
   */
  PipelineParts read(ModelDirectory directory);
}
