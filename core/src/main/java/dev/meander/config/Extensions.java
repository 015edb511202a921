package dev.meander.config;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** What {@link ServiceLoader} finds on the class path, with errors that name class and jar. */
public final class Extensions {
  private Extensions() {}

  /**
   * Every provider of a service, in the order of the class path.
   *
   * @throws UserError when one of them cannot be found or made
   */
  public static <P> List<P> load(Class<P> service) {
    List<P> found = new ArrayList<>();
    Iterator<ServiceLoader.Provider<P>> providers = ServiceLoader.load(service).stream().iterator();
    while (true) {
      Class<?> type = null;
      try {
        if (!providers.hasNext()) {
          return found;
        }
        ServiceLoader.Provider<P> provider = providers.next();
        type = provider.type();
        found.add(provider.get());
      } catch (ServiceConfigurationError | LinkageError e) {
        if (type == null) {
          throw new UserError(
              "an extension on the class path cannot be loaded: " + e.getMessage(), e);
        }
        throw couldNotBeMade(type, e);
      }
    }
  }

  /** A class and where it comes from: {@code com.example.Mine (of /lib/mine.jar)}. */
  public static String named(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? type.getName()
        : type.getName() + " (of " + file(source) + ")";
  }

  private static String file(CodeSource source) {
    try {
      return Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException | RuntimeException e) {
      return source.getLocation().toString();
    }
  }

  /** The error of an extension whose code failed while {@code type} was made. */
  public static UserError couldNotBeMade(Class<?> type, Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new UserError(
        "the extension " + named(type) + " failed while it was made: " + cause, failure);
  }

  /** Whether a class is a variant that a provider added. */
  static boolean isAdded(Class<?> type) {
    return choices(type).stream().anyMatch(c -> !Field.builtIn(c).containsValue(type));
  }

  /**
   * The added variants of {@code type}, by name, put behind those that are {@code known}.
   *
   * @throws UserError for the faults of all providers together, also where they add to other types
   */
  static void addVariants(Class<?> type, Map<String, Class<?>> known) {
    Problems problems = new Problems();
    Set<Class<?>> added = new LinkedHashSet<>();
    for (VariantProvider provider : load(VariantProvider.class)) {
      for (Class<?> variant : variants(provider)) {
        String fault = fault(variant);
        if (!fault.isEmpty()) {
          problems.add(named(provider.getClass()) + " " + fault);
        } else if (type.isAssignableFrom(variant) && added.add(variant)) {
          String name = Field.variantName(variant);
          Class<?> before = known.putIfAbsent(name, variant);
          if (before != null) {
            problems.add(
                "%s calls itself %s, but that name of a %s is taken by %s"
                    .formatted(named(variant), name, type.getSimpleName(), named(before)));
          }
        }
      }
    }
    problems.throwIfAny("extensions");
  }

  /** A list of any classes: raw types get past the compiler. */
  private static List<? extends Class<?>> variants(VariantProvider provider) {
    try {
      List<? extends Class<?>> variants = provider.variants();
      if (variants == null) {
        throw new NullPointerException("variants() returned null");
      }
      return variants;
    } catch (RuntimeException | LinkageError e) {
      throw couldNotBeMade(provider.getClass(), e);
    }
  }

  /** What is wrong with a variant, said of its provider; empty when nothing is. */
  private static String fault(Class<?> variant) {
    if (variant == null) {
      return "adds null, which is not a record";
    }
    String adds = "adds " + variant.getName() + ", ";
    if (!variant.isRecord()) {
      return adds + "which is not a record: the components of a record are the settings";
    }
    Variant name = variant.getAnnotation(Variant.class);
    if (name == null || !name.value().matches("[a-z][a-z0-9_]*")) {
      return adds + "which needs a @Variant with a name in snake case for recipes";
    }
    if (choices(variant).isEmpty()) {
      return adds + "which implements none of the interfaces that recipes choose from";
    }
    for (Field field : Field.of(variant)) {
      if (!Field.canBeSet(field.type())) {
        return adds
            + "whose %s has the type %s, which no setting can have"
                .formatted(field.key(), field.type().getTypeName());
      }
    }
    return "";
  }

  /** The open interfaces that a class implements. */
  private static Set<Class<?>> choices(Class<?> type) {
    Set<Class<?>> all = new LinkedHashSet<>();
    Arrays.stream(type.getInterfaces())
        .forEach(
            i -> {
              if (i.isAnnotationPresent(Variants.class)) {
                all.add(i);
              }
              all.addAll(choices(i));
            });
    return all;
  }
}
