package dev.meander.config;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Every number that can be set in a recipe, wherever a choice or a list hides it. */
public final class SettingsWalk {
  private final List<Numeric> found = new ArrayList<>();

  private SettingsWalk() {}

  /**
   * A numeric setting.
   *
   * @param key its dotted key
   * @param setup the overrides after which the recipe has it
   */
  public record Numeric(String key, List<String> setup, Field field, Class<?> type, boolean list) {
    /** Values that its rule refuses, as YAML: a few of each kind, drawn. */
    public List<String> wrong(Random random) {
      List<String> values = new ArrayList<>(List.of(".nan", ".inf", "-.inf", "1e999"));
      boolean whole = type == int.class || type == long.class || type == Long.class;
      if (whole) {
        values.add(random.nextInt(1000) + ".5");
      }
      long off = 1 + random.nextInt(1_000_000);
      if (field.component().isAnnotationPresent(Positive.class)) {
        values.add("0");
        values.add(Long.toString(-off));
      }
      Range range = field.component().getAnnotation(Range.class);
      if (range != null) {
        if (range.min() != Double.NEGATIVE_INFINITY) {
          values.add(number(range.min() - off, whole));
        }
        if (range.max() != Double.POSITIVE_INFINITY) {
          values.add(number(range.max() + off, whole));
        }
        if (range.below() != Double.POSITIVE_INFINITY) {
          values.add(number(range.below(), whole));
          values.add(number(range.below() + off, whole));
        }
      }
      return list ? values.stream().map(v -> "[" + v + "]").toList() : values;
    }

    private static String number(double value, boolean whole) {
      return whole ? Long.toString((long) value) : Double.toString(value);
    }
  }

  /** All of a kind of recipe. */
  public static List<Numeric> of(Class<? extends Record> recipe) {
    SettingsWalk walk = new SettingsWalk();
    walk.section(recipe, "", List.of());
    return walk.found;
  }

  private void section(Class<?> record, String path, List<String> setup) {
    for (Field field : Field.flat(record)) {
      visit(field, field.valueType(), Keys.child(path, field.key()), setup);
    }
  }

  private void visit(Field field, Type type, String key, List<String> setup) {
    Class<?> raw = Field.raw(type);
    if (Field.isChoice(raw)) {
      Field.builtIn(raw)
          .forEach(
              (name, variant) -> section(variant, key, with(setup, key, "{type: " + name + "}")));
    } else if (raw.isRecord()) {
      section(raw, key, setup);
    } else if (raw == List.class && Field.raw(Field.argument(type, 0)).isRecord()) {
      section(Field.raw(Field.argument(type, 0)), key + "[0]", with(setup, key, "[{}]"));
    } else {
      boolean list = raw == List.class;
      Class<?> one = list ? Field.raw(Field.argument(type, 0)) : raw;
      Optional<Scalars.Kind> kind = Scalars.kind(one);
      if (kind.isPresent()
          && Stream.of("an integer", "a number").anyMatch(kind.get().name()::equals)) {
        found.add(new Numeric(key, setup, field, one, list));
      }
    }
  }

  private static List<String> with(List<String> setup, String key, String value) {
    return Stream.concat(setup.stream(), Stream.of(key + "=" + value)).toList();
  }
}
