package dev.meander.weights;

import dev.meander.config.Problems;
import dev.meander.config.UserError;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The names and shapes of a set of tensors, for comparison with what a model expects.
 *
 * @param source what the tensors come from, for messages: a file, a directory
 * @param shapes the sizes of the dimensions by tensor name
 */
public record TensorCatalog(String source, Map<String, long[]> shapes) {
  public TensorCatalog {
    shapes = Collections.unmodifiableMap(new TreeMap<>(shapes));
  }

  /**
   * Checks that exactly the expected tensors are here, each with its shape.
   *
   * @throws UserError listing every missing, wrong-shape and unexpected tensor
   */
  public void requireExactly(Map<String, long[]> expected) {
    require(expected, name -> false);
  }

  /**
   * As {@link #requireExactly}, but unexpected tensors whose name satisfies {@code ignorable} are
   * allowed.
   *
   * @throws UserError listing every missing, wrong-shape and unexpected tensor
   */
  public void require(Map<String, long[]> expected, Predicate<String> ignorable) {
    Problems problems = new Problems();
    int fitting = 0;
    for (Map.Entry<String, long[]> want : new TreeMap<>(expected).entrySet()) {
      long[] have = shapes.get(want.getKey());
      if (have == null) {
        problems.add("missing: " + want.getKey() + " " + Arrays.toString(want.getValue()));
      } else if (!Arrays.equals(have, want.getValue())) {
        problems.add(
            "wrong shape: "
                + want.getKey()
                + " is "
                + Arrays.toString(have)
                + ", should be "
                + Arrays.toString(want.getValue()));
      } else {
        fitting++;
      }
    }
    Set<String> unexpected = new TreeSet<>(shapes.keySet());
    unexpected.removeAll(expected.keySet());
    unexpected.removeIf(ignorable);
    unexpected.forEach(
        name -> problems.add("unexpected: " + name + " " + Arrays.toString(shapes.get(name))));
    problems.throwIfAny(
        "%s does not fit the model (%s of %s tensors fit)"
            .formatted(source, fitting, expected.size()));
  }
}
