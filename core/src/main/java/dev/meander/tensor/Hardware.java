package dev.meander.tensor;

/** What a model is computed on. */
public enum Hardware {
  CPU,
  /** The first NVIDIA GPU; needs the engine's build with CUDA. */
  CUDA
}
