package dev.meander.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules that records declare for their settings: {@link Range} and {@link Positive} of single
 * numbers, {@link Rule} of several settings. {@link Binder} reports them with file and line;
 * constructors enforce the same ones by {@link #require}.
 */
public final class Rules {
  private Rules() {}

  /**
   * For a record's compact constructor: refuses what the record's rules refuse.
   *
   * @param values the constructor's arguments, in order
   * @throws UserError naming all that is wrong, a line each, in the spelling of recipes
   */
  public static void require(Class<? extends Record> type, Object... values) {
    Map<String, Object> settings = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    collect(type, Arrays.asList(values), "", settings, problems);
    if (problems.isEmpty()) {
      for (Method rule : of(type)) {
        List<Object> arguments = new ArrayList<>();
        for (String key : rule.getAnnotation(Rule.class).value()) {
          arguments.add(settings.get(key));
        }
        problem(rule, arguments).ifPresent(problems::add);
      }
    }
    if (!problems.isEmpty()) {
      throw new UserError(String.join("\n", problems));
    }
  }

  /** Every setting by its dotted key, and what is wrong with the record's own numbers. */
  private static void collect(
      Class<?> type,
      List<?> values,
      String prefix,
      Map<String, Object> settings,
      List<String> problems) {
    List<Field> fields = Field.of(type);
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      Object value = values.get(i);
      String key = Keys.child(prefix, field.key());
      if (prefix.isEmpty()) {
        ofNumbers(field, value).forEach(what -> problems.add(key + " " + what));
      }
      settings.put(key, value);
      if (value instanceof Record inner) {
        String below = field.isFlat() ? prefix : key;
        collect(inner.getClass(), ConfigWriter.values(inner), below, settings, problems);
      }
    }
  }

  /** The record's rules of several settings, in a fixed order. */
  static List<Method> of(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(m -> m.isAnnotationPresent(Rule.class))
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  /** What the rule says about its settings' values. */
  static Optional<String> problem(Method rule, List<Object> values) {
    try {
      rule.setAccessible(true);
      return Optional.of((String) rule.invoke(null, values.toArray())).filter(p -> !p.isEmpty());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException || e.getCause() instanceof UserError) {
        return Optional.of(e.getCause().getMessage());
      }
      throw new IllegalStateException(rule + " failed", e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(rule + " cannot be called", e);
    }
  }

  /** What is wrong with a setting's number or numbers. */
  static List<String> ofNumbers(Field field, Object value) {
    Range range = field.component().getAnnotation(Range.class);
    boolean positive = field.component().isAnnotationPresent(Positive.class);
    List<String> wrong = new ArrayList<>();
    for (Number number : numbers(value)) {
      double d = number.doubleValue();
      if (!Double.isFinite(d)) {
        wrong.add("must be a finite number, found " + number);
      } else if (positive && !(d > 0)) {
        wrong.add("must be greater than 0, found " + number);
      } else if (range != null && !within(range, d)) {
        wrong.add("must be " + Describe.range(range) + ", found " + number);
      }
    }
    return wrong;
  }

  private static boolean within(Range range, double d) {
    return d >= range.min() && d <= range.max() && d < range.below();
  }

  private static List<Number> numbers(Object value) {
    if (value instanceof Number n) {
      return List.of(n);
    }
    Collection<?> parts = List.of();
    if (value instanceof Collection<?> c) {
      parts = c;
    } else if (value instanceof Map<?, ?> m) {
      parts = m.values();
    } else if (value instanceof Optional<?> o) {
      parts = o.stream().toList();
    }
    return parts.stream().filter(Number.class::isInstance).map(Number.class::cast).toList();
  }
}
