package dev.meander.rollout;

import dev.meander.layout.Trunk;
import org.bytedeco.pytorch.Tensor;

/** A latent on its way through the schedule. */
sealed interface Path {
  /** The trunk that it is or comes from. */
  Trunk trunk();

  /** The next step of the schedule. */
  int step();

  /** [C, H, W]. */
  Tensor latent();

  /** The same path one step later. */
  Path next(Tensor latent);

  /** A trunk that is followed through the window. */
  record Followed(Trunk trunk, int step, Tensor latent) implements Path {
    @Override
    public Followed next(Tensor latent) {
      return new Followed(trunk, step + 1, latent);
    }

    /** A path that finishes an image, from after this one's step. */
    Finishing finishing(int image, Tensor latent) {
      return new Finishing(trunk, image, step + 1, latent);
    }
  }

  /** A latent that the ODE finishes to the layout's image of that number. */
  record Finishing(Trunk trunk, int image, int step, Tensor latent) implements Path {
    @Override
    public Finishing next(Tensor latent) {
      return new Finishing(trunk, image, step + 1, latent);
    }
  }
}
