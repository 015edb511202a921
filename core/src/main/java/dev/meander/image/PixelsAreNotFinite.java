package dev.meander.image;

/** A network decoded an image whose values are no numbers; it would look black. */
public final class PixelsAreNotFinite extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** Says what such weights have in common. */
  public PixelsAreNotFinite() {
    super(
        "the model made an image whose values are not finite (NaN or infinite): its weights or those of"
            + " the adapter are damaged or too large for their type");
  }
}
