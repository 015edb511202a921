package dev.meander.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.testing.Providers;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variants from outside, and what can be wrong with them. */
class ExtensionsTest {
  @TempDir private Path jar;

  @Variants({Round.class, Edged.class})
  interface Shape {}

  @Variant("round")
  record Round() implements Shape {}

  @Variants({Square.class})
  interface Edged extends Shape {}

  @Variant("square")
  record Square(@Default("1") double side) implements Edged {}

  @Doc("Three sides.")
  @Variant("triangle")
  record Triangle(
      @Doc("Degrees.") @Range(min = 1, max = 178) int angle,
      @Doc("Its base.") @Positive @Default("2.0") double base)
      implements Edged {
    Triangle {
      if (angle == 90 && base > 100) {
        throw new IllegalArgumentException("too flat");
      }
      if (angle == 13) {
        throw new IllegalStateException("the compasses broke");
      }
    }
  }

  @Variant("square")
  record OtherSquare() implements Shape {}

  @Variant("wrong")
  record NoShape() {}

  record NoName() implements Shape {}

  @Variant("wrong")
  record OddSetting(List<Object> things) implements Shape {}

  static final class NoRecord implements Shape {}

  record Drawing(Shape shape, @Default("square") Edged frame) {}

  public static final class Good implements VariantProvider {
    @Override
    public List<Class<? extends Record>> variants() {
      return List.of(Triangle.class);
    }
  }

  public static final class Again implements VariantProvider {
    @Override
    public List<Class<? extends Record>> variants() {
      return List.of(Triangle.class);
    }
  }

  public static final class Taken implements VariantProvider {
    @Override
    public List<Class<? extends Record>> variants() {
      return List.of(OtherSquare.class);
    }
  }

  public static final class Wrong implements VariantProvider {
    @Override
    public List<Class<? extends Record>> variants() {
      return List.of(NoShape.class, NoName.class, OddSetting.class);
    }
  }

  public static final class Classes implements VariantProvider {
    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public List<Class<? extends Record>> variants() {
      return (List) List.of(NoRecord.class);
    }
  }

  public static final class Nothing implements VariantProvider {
    @Override
    public List<Class<? extends Record>> variants() {
      return null;
    }
  }

  public static final class Throws implements VariantProvider {
    public Throws() {
      throw new UnsupportedOperationException("no licence");
    }

    @Override
    public List<Class<? extends Record>> variants() {
      return List.of();
    }
  }

  @AfterEach
  void leave() {
    Providers.remove();
  }

  private void install(Class<?>... providers) {
    Providers.install(jar, VariantProvider.class, providers);
  }

  private static Drawing bind(String yaml) {
    return Binder.bind(ConfigFile.parse(yaml, "drawing.yaml"), Drawing.class, "drawing.yaml");
  }

  private static AbstractThrowableAssert<?, ?> refused(String yaml) {
    return assertThatThrownBy(() -> bind(yaml)).isExactlyInstanceOf(UserError.class);
  }

  @Test
  void anAddedVariantIsChosenByNameWhereverItFits() {
    install(Good.class);

    assertThat(bind("{shape: {type: triangle, angle: 60}, frame: {type: triangle, angle: 30}}"))
        .isEqualTo(new Drawing(new Triangle(60, 2), new Triangle(30, 2)));
  }

  @Test
  void withoutItsJarItIsNotKnown() {
    refused("shape: triangle").hasMessageContaining("known: round, square");
  }

  @Test
  void itsSettingsAreCheckedAsBuiltInOnes() {
    install(Good.class);

    refused("shape:\n  type: triangle\n  angle: 179\n  base: -1\n  hight: 3")
        .hasMessageContaining("line 3: shape.angle must be between 1 and 178, found 179")
        .hasMessageContaining("line 4: shape.base must be greater than 0")
        .hasMessageContaining("line 5: shape.hight is not a setting");
    refused("shape: triangle").hasMessageContaining("shape.angle is required: Degrees.");
    refused("shape:\n  type: triangle\n  angle: 90\n  base: 101").hasMessageContaining("too flat");
    refused("shape: triangl").hasMessageContaining("did you mean triangle?");
  }

  @Test
  void itIsListedAndWrittenAsBuiltInOnes() {
    install(Good.class);

    assertThat(Describe.toMarkdown(Drawing.class))
        .contains("type: one of round, square, triangle")
        .contains("### `shape` of type `triangle`", "Three sides.", "| `angle` | an integer");
    Drawing drawing = new Drawing(new Triangle(60, 3), new Square(1));
    assertThat(bind(ConfigWriter.toYaml(drawing))).isEqualTo(drawing);
  }

  @Test
  void aRecordThatTwoProvidersNameIsOneVariant() {
    install(Good.class, Again.class);

    assertThat(bind("shape: {type: triangle, angle: 60}").shape()).isEqualTo(new Triangle(60, 2));
  }

  @Test
  void aNameThatIsTakenIsRefused() {
    install(Taken.class);

    refused("shape: round")
        .hasMessageContaining(OtherSquare.class.getName())
        .hasMessageContaining("name of a Shape is taken by " + Square.class.getName())
        .hasMessageContaining("test-classes");
  }

  @Test
  void whatIsNotARecordWithANameAndAPlaceIsRefused() {
    install(Wrong.class, Classes.class);

    refused("shape: round")
        .hasMessageContaining(Wrong.class.getName())
        .hasMessageContaining("test-classes")
        .hasMessageContaining(NoShape.class.getName() + ", which implements none")
        .hasMessageContaining(NoName.class.getName() + ", which needs a @Variant")
        .hasMessageContaining("things has the type java.util.List<java.lang.Object>")
        .hasMessageContaining(NoRecord.class.getName() + ", which is not a record");
  }

  @Test
  void aProviderThatThrowsIsNamed() {
    install(Throws.class);

    refused("shape: round")
        .hasMessageContaining(Throws.class.getName() + " (of ")
        .hasMessageContaining("failed while it was made")
        .hasMessageContaining("no licence");
  }

  @Test
  void aProviderWithoutAListIsNamed() {
    install(Nothing.class);

    refused("shape: round").hasMessageContaining(Nothing.class.getName());
  }

  @Test
  void aProviderThatIsNotThereIsNamed() {
    Providers.install(jar, VariantProvider.class, "com.example.Gone");

    refused("shape: round").hasMessageContaining("com.example.Gone");
  }

  @Test
  void aVariantWhoseConstructorFailsIsNamed() {
    install(Good.class);

    refused("shape: {type: triangle, angle: 13}")
        .hasMessageContaining(Triangle.class.getName() + " (of ")
        .hasMessageContaining("the compasses broke");
  }
}
