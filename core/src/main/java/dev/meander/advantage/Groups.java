package dev.meander.advantage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which samples of a batch belong together. */
public final class Groups {
  private Groups() {}

  /**
   * The sample indices of every group, in order of first appearance.
   *
   * @throws IllegalArgumentException naming every group that does not have exactly {@code size}
   *     samples
   */
  public static List<int[]> of(long[] groupIds, int size) {
    Map<Long, List<Integer>> members = members(groupIds);
    List<String> wrong = new ArrayList<>();
    members.forEach(
        (id, samples) -> {
          if (samples.size() != size) {
            wrong.add("group %d has %d".formatted(id, samples.size()));
          }
        });
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          "every group needs %d samples, but %s".formatted(size, String.join(", ", wrong)));
    }
    return indices(members);
  }

  /** {@link #of(long[], int)} for groups of any size. */
  public static List<int[]> of(long[] groupIds) {
    return indices(members(groupIds));
  }

  private static Map<Long, List<Integer>> members(long[] groupIds) {
    Map<Long, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < groupIds.length; i++) {
      members.computeIfAbsent(groupIds[i], id -> new ArrayList<>()).add(i);
    }
    return members;
  }

  private static List<int[]> indices(Map<Long, List<Integer>> members) {
    return members.values().stream()
        .map(samples -> samples.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }
}
