package dev.meander.image;

import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;

/**
 * The whole of a GIF image, of which its first frame may be a part.
 *
 * @param left where the frame begins
 * @param top where the frame begins
 */
record GifScreen(int width, int height, int left, int top) {
  static GifScreen of(ImageReader reader) throws IOException {
    IIOMetadata image = reader.getImageMetadata(0);
    IIOMetadataNode frame = node(image, "ImageDescriptor");
    IIOMetadataNode screen = node(reader.getStreamMetadata(), "LogicalScreenDescriptor");
    int left = number(frame, "imageLeftPosition");
    int top = number(frame, "imageTopPosition");
    return new GifScreen(
        Math.max(number(screen, "logicalScreenWidth"), left + reader.getWidth(0)),
        Math.max(number(screen, "logicalScreenHeight"), top + reader.getHeight(0)),
        left,
        top);
  }

  private static IIOMetadataNode node(IIOMetadata metadata, String name) {
    IIOMetadataNode root =
        (IIOMetadataNode) metadata.getAsTree(metadata.getNativeMetadataFormatName());
    return (IIOMetadataNode) root.getElementsByTagName(name).item(0);
  }

  private static int number(IIOMetadataNode node, String key) {
    return Integer.parseInt(node.getAttribute(key));
  }

  /**
   * The frame where it lies. Around it is its first colour, as Pillow has it, or white where some
   * are transparent.
   */
  Image with(ColorModel colors, Image frame) {
    if (frame.width() == width && frame.height() == height) {
      return frame;
    }
    int ground = colors instanceof IndexColorModel indexed ? indexed.getRGB(0) : 0;
    ground = colors.hasAlpha() ? 0xffffff : ground;
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (ground >> 16 - 8 * (i % 3));
    }
    for (int y = 0; y < frame.height(); y++) {
      int row = 3 * frame.width();
      System.arraycopy(frame.rgb(), y * row, rgb, 3 * ((top + y) * width + left), row);
    }
    return new Image(width, height, rgb);
  }
}
