package com.example.meander;

import dev.meander.config.VariantProvider;
import java.util.List;

/** Tells Meander of the variants in this jar; named in {@code META-INF/services}. */
public final class ExampleVariants implements VariantProvider {
  @Override
  public List<Class<? extends Record>> variants() {
    return List.of(DiscountedCredit.class, TaperedSde.class);
  }
}
