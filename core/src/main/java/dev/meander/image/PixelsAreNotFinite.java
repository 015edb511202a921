package dev.meander.image;

/** A network decoded a picture whose values are no numbers; it would look black. */
public final class PixelsAreNotFinite extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** With what such weights have in common. */
  public PixelsAreNotFinite() {
    super(
        "the model made a picture whose values are not finite (NaN or infinite): its weights or those of"
            + " the adapter are damaged or too large for their type");
  }
}
