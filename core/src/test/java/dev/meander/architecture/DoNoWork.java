package dev.meander.architecture;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Constructors that reach no file, connection, thread, process or network's pass: neither
 * themselves nor by anything of the library that they call. What a lambda does is done by whoever
 * runs it.
 */
final class DoNoWork extends ArchCondition<JavaConstructor> {
  private static final String LIBRARY = "dev.meander.";

  /** Every method of these, but of those to the right only the ones that are named. */
  private static final Map<String, Set<String>> WORK =
      Map.ofEntries(
          Map.entry("java.nio.file.Files", Set.of()),
          Map.entry("java.nio.channels.FileChannel", Set.of()),
          Map.entry("java.io.FileInputStream", Set.of()),
          Map.entry("java.io.FileOutputStream", Set.of()),
          Map.entry("java.io.RandomAccessFile", Set.of()),
          Map.entry("java.net.Socket", Set.of()),
          Map.entry("java.net.ServerSocket", Set.of()),
          Map.entry("java.net.http.HttpClient", Set.of("send", "sendAsync")),
          Map.entry("com.sun.net.httpserver.HttpServer", Set.of("create", "start")),
          Map.entry("java.lang.ProcessBuilder", Set.of("start")),
          Map.entry("java.lang.Thread", Set.of("start", "sleep")));

  /** Passes of networks, pictures written and read, scores. */
  private static final Set<String> PASSES =
      Set.of("encode", "decode", "velocity", "forward", "sample", "score");

  DoNoWork() {
    super("do no work");
  }

  @Override
  public void check(JavaConstructor constructor, ConditionEvents events) {
    Map<JavaCodeUnit, JavaCodeUnit> callers = new LinkedHashMap<>();
    Deque<JavaCodeUnit> open = new ArrayDeque<>();
    callers.put(constructor, null);
    open.add(constructor);
    while (!open.isEmpty()) {
      JavaCodeUnit unit = open.remove();
      for (JavaCall<?> call : unit.getCallsFromSelf()) {
        if (call.isDeclaredInLambda()) {
          continue;
        }
        if (isWork(call.getTarget())) {
          String way = way(unit, callers) + " -> " + call.getTarget().getFullName();
          events.add(SimpleConditionEvent.violated(constructor, way));
          return;
        }
        call.getTarget()
            .resolveMember()
            .filter(called -> called.getOwner().getName().startsWith(LIBRARY))
            .filter(called -> !callers.containsKey(called))
            .ifPresent(
                called -> {
                  callers.put(called, unit);
                  open.add(called);
                });
      }
    }
  }

  private static boolean isWork(CodeUnitCallTarget target) {
    String owner = target.getOwner().getName();
    Set<String> named = WORK.get(owner);
    return named == null
        ? owner.startsWith(LIBRARY)
            && PASSES.contains(target.getName())
            && !target.getRawParameterTypes().isEmpty() // else a record's component
        : named.isEmpty() || named.contains(target.getName());
  }

  private static String way(JavaCodeUnit unit, Map<JavaCodeUnit, JavaCodeUnit> callers) {
    String way = unit.getFullName();
    for (JavaCodeUnit at = callers.get(unit); at != null; at = callers.get(at)) {
      way = at.getFullName() + " -> " + way;
    }
    return way;
  }
}
