package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.random.Domain;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class RotaryTest {
  private static final List<Integer> AXES = List.of(2, 4, 2);

  private static float[] turned(float[] head, int text, int h, int w, int token) {
    int length = text + h * w;
    float[] all = new float[length * 8];
    for (int i = 0; i < length; i++) {
      System.arraycopy(head, 0, all, i * 8, 8);
    }
    Tensor x = Tensors.of(all, 1, length, 1, 8);
    Rotary rotary = Rotary.textAndGrid(AXES, text, h, w, x.device());
    return Tensors.floats(rotary.turn(x).select(1, token));
  }

  @Test
  void textStaysAndTheGridTurnsByRowAndColumn() {
    try (Scope scope = new Scope()) {
      float[] head = {1, 0, 1, 0, 1, 0, 1, 0};
      assertThat(turned(head, 2, 2, 3, 1)).containsExactly(head);
      // Token 2 + 1 * 3 + 2 is at row 1, column 2; the second pair of an axis of 4 turns by 1/100.
      assertThat(turned(head, 2, 2, 3, 7))
          .containsExactly(
              new float[] {
                1,
                0,
                (float) Math.cos(1),
                (float) Math.sin(1),
                (float) Math.cos(0.01),
                (float) Math.sin(0.01),
                (float) Math.cos(2),
                (float) Math.sin(2)
              },
              within(1e-7f));
    }
  }

  /** What the embedding is for: scores depend on the distance of two tokens alone. */
  @Test
  void scoresDependOnTheDifferenceOfPositions() {
    try (Scope scope = new Scope()) {
      float[] q = Domain.EXAMPLE.stream(1).normals(8);
      float[] k = Domain.EXAMPLE.stream(2).normals(8);
      double near = dot(turned(q, 0, 4, 5, 6), turned(k, 0, 4, 5, 13)); // (1,1) and (2,3)
      double far = dot(turned(q, 0, 4, 5, 11), turned(k, 0, 4, 5, 18)); // (2,1) and (3,3)
      assertThat(near).isCloseTo(far, within(1e-5));
      assertThat(near).isNotCloseTo(dot(q, k), within(1e-2));
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
