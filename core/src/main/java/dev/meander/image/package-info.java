/**
 * Images as plain bytes: PNG files, crops and scaling, captioned grids.
 *
 * <p>Needs neither a display nor installed fonts: PNG goes through {@code javax.imageio}, text
 * through the small bitmap font of {@link dev.meander.image.PixelFont}. Does not import the tensor
 * engine.
 */
package dev.meander.image;
