package dev.meander.train;

import dev.meander.distributed.Peers;
import dev.meander.image.Image;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** Images that several processes have made, brought together. */
final class Pictures {
  private static final int HEAD = 3 * Integer.BYTES; // number, width, height

  private Pictures() {}

  /** The images of all processes by their numbers. */
  static Map<Integer, Image> gather(Peers peers, String what, Map<Integer, Image> own) {
    if (peers.size() == 1) {
      return own;
    }
    int bytes = own.values().stream().mapToInt(image -> HEAD + image.rgb().length).sum();
    ByteBuffer out = ByteBuffer.allocate(bytes);
    own.forEach(
        (number, image) ->
            out.putInt(number).putInt(image.width()).putInt(image.height()).put(image.rgb()));
    Map<Integer, Image> all = new TreeMap<>();
    for (byte[] theirs : peers.gather(what, out.array())) {
      ByteBuffer in = ByteBuffer.wrap(theirs);
      while (in.hasRemaining()) {
        int number = in.getInt();
        int width = in.getInt();
        int height = in.getInt();
        byte[] rgb = new byte[3 * width * height];
        in.get(rgb);
        all.put(number, new Image(width, height, rgb));
      }
    }
    return all;
  }
}
