package dev.meander.text;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Prompts that encoders see only a part of. */
public final class CutPrompts {
  private CutPrompts() {}

  /**
   * One message for all: how many are cut, where, an example, and which became equal. Nothing where
   * none is cut.
   */
  public static Optional<String> message(List<TokenLimit> limits, Collection<String> prompts) {
    Set<String> texts = new LinkedHashSet<>(prompts);
    StringBuilder message = new StringBuilder();
    Set<String> cut = new LinkedHashSet<>();
    for (TokenLimit limit : limits) {
      List<String> here =
          texts.stream().filter(t -> limit.tokenizer().of(t).length > limit.tokens()).toList();
      if (!here.isEmpty()) {
        cut.addAll(here);
        message.append(
            "%s%d of %d prompts are cut at %d tokens by %s"
                .formatted(
                    message.isEmpty() ? "" : ", ",
                    here.size(),
                    texts.size(),
                    limit.tokens(),
                    limit.encoder()));
      }
    }
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    message.append(", for example: ").append(cut.iterator().next());
    Map<String, String> seen = new HashMap<>();
    for (String text : cut) {
      String other = seen.putIfAbsent(shown(limits, text), text);
      if (other != null) {
        message.append(
            "; what is left of \"%s\" equals what is left of \"%s\"".formatted(text, other));
        break;
      }
    }
    return Optional.of(message.toString());
  }

  /** What the encoders see of a prompt. */
  private static String shown(List<TokenLimit> limits, String text) {
    return limits.stream()
        .map(l -> Arrays.toString(seen(l.tokenizer().of(text), l.tokens())))
        .collect(Collectors.joining());
  }

  private static long[] seen(long[] ids, int length) {
    long[] seen = Arrays.copyOf(ids, Math.min(length, ids.length));
    if (ids.length > length && length > 0) {
      seen[length - 1] = ids[ids.length - 1];
    }
    return seen;
  }
}
