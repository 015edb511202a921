package dev.meander.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lets a record be read from a file made for other programs: the listed keys, and all that begin
 * with an underscore, may be there; any other unknown key stays an error.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Ignored {
  /** Keys that may be there and mean nothing to us. */
  String[] value() default {};
}
