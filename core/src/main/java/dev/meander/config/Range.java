package dev.meander.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The allowed values of a number, or of each number in a list, map or optional. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
  /** The smallest allowed value. */
  double min() default Double.NEGATIVE_INFINITY;

  /** The largest allowed value. */
  double max() default Double.POSITIVE_INFINITY;

  /** What allowed values stay below. */
  double below() default Double.POSITIVE_INFINITY;
}
