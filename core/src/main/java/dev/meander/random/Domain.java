package dev.meander.random;

/**
 * What random numbers are drawn for. Two domains never share a stream, whatever their seeds and
 * counters: each derives its key in its own way, and most begin it with a tag.
 *
 * <p>The keys are part of what a checkpoint promises: the same inputs give the same numbers on
 * every Java version and platform.
 */
public enum Domain {
  /** The order of a training's prompts; counter: the epoch. */
  PROMPT_ORDER(0x1f3a),
  /** Where a random window begins; counter: the rollout. */
  WINDOW(0x2b71),
  /** Which steps of a sample are trained on; counters: the rollout, the row. */
  SELECTION(0x3c05),
  /** The noise that a training's sample starts from; counters: the group, the noise. */
  ROLLOUT_START(0x4d92),
  /** The noise of a stochastic step; counters: the group, the member, the step, the successor. */
  ROLLOUT_STEP(0x5e47),
  /** A prompt of the GenEval sets; counters: the set, the task, the draw. */
  GENEVAL(0x81c6),
  /** The seed of a new adapter; no counter. */
  ADAPTER(0x6f18),
  /** Data for measurements and examples, on which no result depends; any counters. */
  EXAMPLE(0x70ab),

  // The domains below are older than the tags. Models and documented scores were made with their
  // keys, which therefore stay.

  /** The noise that an image of an evaluation starts from; counters: the prompt, the image. */
  PICTURE_START((seed, at) -> SplitMix.fold(seed, at[0], at[1], -1)),
  /** A scene of the toy world, its prompts and its pairs; counter: the scene. */
  SCENE((seed, at) -> SplitMix.mix(SplitMix.mix(seed + SplitMix.GAMMA) ^ at[0] * SplitMix.GAMMA)),
  /** The seed of a part of a new model; counter: the part. */
  MODEL_PART((seed, at) -> SplitMix.fold(seed, at[0])),
  /** A new parameter; counters: the hash and the length of its name. */
  PARAMETER((seed, at) -> SplitMix.fold(seed, at[0], at[1])),
  /** Whether pretraining leaves a caption out; counters: the step, the row. */
  CAPTION_DROP((seed, at) -> SplitMix.fold(seed, 1, at[0], at[1])),
  /** The noise level of pretraining; counters: the step, the row. */
  FLOW_LEVEL((seed, at) -> SplitMix.fold(seed, 2, at[0], at[1])),
  /** The noise of pretraining; counters: the step, the row. */
  FLOW_NOISE((seed, at) -> SplitMix.fold(seed, 3, at[0], at[1])),
  /** The noise of the autoencoder's training; counters: the step, the row. */
  LATENT_NOISE((seed, at) -> SplitMix.fold(seed, "vae".hashCode(), at[0], at[1]));

  private final Derivation derivation;

  Domain(long tag) {
    this.derivation =
        (seed, at) -> {
          long[] words = new long[at.length + 2];
          words[0] = SplitMix.fold(tag);
          words[1] = seed;
          System.arraycopy(at, 0, words, 2, at.length);
          return SplitMix.fold(words);
        };
  }

  Domain(Derivation derivation) {
    this.derivation = derivation;
  }

  private interface Derivation {
    long key(long seed, long... at);
  }

  /**
   * The key of one draw, well mixed: also a seed for what derives streams of its own.
   *
   * @param seed the run's seed
   * @param counters which draw of this domain it is, as the domain says
   */
  public long key(long seed, long... counters) {
    return derivation.key(seed, counters);
  }

  /** The random stream of one draw, from its first number. */
  public RandomStream stream(long seed, long... counters) {
    return new RandomStream(key(seed, counters));
  }

  /** A uniform number in [0, 1), where a draw needs no more than one. */
  public double uniform(long seed, long... counters) {
    return SplitMix.unit(key(seed, counters));
  }
}
