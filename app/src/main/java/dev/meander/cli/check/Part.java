package dev.meander.cli.check;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Something that several checks need: made once, when it is first asked for. When that fails it is
 * the first one's to say why.
 *
 * @param <T> its type
 */
final class Part<T> {
  private final String name;
  private final Supplier<T> make;
  private Optional<T> made = Optional.empty();
  private Optional<String> unavailable = Optional.empty();

  /**
   * @param name its name for messages: "the model"
   */
  Part(String name, Supplier<T> make) {
    this.name = name;
    this.make = make;
  }

  T get() {
    requireAvailable();
    if (made.isEmpty()) {
      try {
        made = Optional.of(make.get());
      } catch (RuntimeException e) {
        withhold("could not be loaded");
        throw e;
      }
    }
    return made.get();
  }

  /** Refuses it from now on, for the first reason that was given. */
  void withhold(String why) {
    unavailable = unavailable.or(() -> Optional.of(name + " " + why));
  }

  void requireAvailable() {
    unavailable.ifPresent(
        why -> {
          throw new Unavailable(why);
        });
  }

  Optional<T> made() {
    return made;
  }
}
