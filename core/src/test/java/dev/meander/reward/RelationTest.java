package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class RelationTest {
  private static Box box(double x, double y, double width, double height) {
    return new Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
  }

  @Test
  void theReducedOffsetIsDividedByTheFullLength() {
    Box a = box(0, 0, 10, 10);
    Box b = box(30, 40, 10, 10);
    // offset (-30, -40), length 50; each axis loses 0.1 * 20 = 2
    assertThat(Relation.LEFT_OF.strength(a, b)).isCloseTo(28 / 50.0, within(1e-12));
    assertThat(Relation.ABOVE.strength(a, b)).isCloseTo(38 / 50.0, within(1e-12));
    assertThat(Relation.RIGHT_OF.strength(a, b)).isCloseTo(-28 / 50.0, within(1e-12));
    assertThat(Relation.BELOW.strength(a, b)).isCloseTo(-38 / 50.0, within(1e-12));
  }

  @Test
  void diagonalPairsStandInTwoRelations() {
    Box a = box(0, 0, 4, 4);
    Box b = box(40, 40, 4, 4);
    assertThat(Relation.LEFT_OF.holds(a, b)).isTrue();
    assertThat(Relation.ABOVE.holds(a, b)).isTrue();
    assertThat(Relation.RIGHT_OF.holds(a, b)).isFalse();
    assertThat(Relation.BELOW.holds(a, b)).isFalse();
  }

  @Test
  void theThresholdItselfDoesNotHold() {
    // offset (3, 4), length 5; 3 loses 0.1 * 5: exactly one half remains
    assertThat(Relation.RIGHT_OF.strength(box(3, 4, 2, 0), box(0, 0, 3, 0))).isEqualTo(0.5);
    assertThat(Relation.RIGHT_OF.holds(box(3, 4, 2, 0), box(0, 0, 3, 0))).isFalse();
    assertThat(Relation.RIGHT_OF.holds(box(3, 4, 1, 0), box(0, 0, 3, 0))).isTrue();
  }

  @Test
  void overlappingObjectsAreInNoRelation() {
    Box a = box(32, 32, 20, 20);
    Box b = box(35, 30, 20, 20);
    for (Relation relation : Relation.values()) {
      assertThat(relation.strength(a, b)).isZero();
      assertThat(relation.strength(a, a)).isZero();
    }
  }

  @Property
  void theInverseIsTheRelationSeenFromTheOtherSide(
      @ForAll @DoubleRange(min = -50, max = 50) double x,
      @ForAll @DoubleRange(min = -50, max = 50) double y,
      @ForAll @DoubleRange(min = 0, max = 20) double width) {
    Box a = box(x, y, width, 5);
    Box b = box(3, -2, 7, 9);
    for (Relation relation : Relation.values()) {
      assertThat(relation.inverse().strength(b, a)).isEqualTo(relation.strength(a, b));
      assertThat(relation.inverse().inverse()).isEqualTo(relation);
    }
  }

  @Test
  void phrases() {
    for (Relation relation : Relation.values()) {
      assertThat(Relation.of(relation.phrase())).contains(relation);
    }
    assertThat(Relation.of("near")).isEmpty();
  }

  @Test
  void boxes() {
    assertThat(box(10, 10, 4, 4).gap(box(20, 11, 4, 4))).isEqualTo(6);
    assertThat(box(10, 10, 4, 4).gap(box(11, 11, 4, 4))).isEqualTo(-3);
    assertThatThrownBy(() -> new Box(2, 0, 1, 0)).hasMessageContaining("left <= right");
  }
}
