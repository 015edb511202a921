package dev.meander.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A rule that several settings of a record obey together: a static method of the record that takes
 * their values and says what is wrong, or an empty string.
 *
 * <p>{@link Binder} asks every rule whose own settings are right, so that one wrong setting hides
 * no other mistake. The record's constructor asks them by {@link Rules#require}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Rule {
  /**
   * The settings in the order of the method's parameters, as dotted keys that begin in the record;
   * the problem is reported at the line of the first.
   */
  String[] value();
}
