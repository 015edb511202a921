package dev.meander.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interface that a recipe chooses an implementation of by {@code type:}, and lists the
 * built-in ones. Others are added by a {@link VariantProvider}. (A sealed interface needs no mark:
 * its variants are the records that it permits, and nobody adds to them.)
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Variants {
  /** Records with a {@link Variant} name, or interfaces whose variants belong here too. */
  Class<?>[] value();
}
