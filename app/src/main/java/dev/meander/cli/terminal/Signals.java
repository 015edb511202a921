package dev.meander.cli.terminal;

import java.lang.reflect.Proxy;

/**
 * Signals of the system. Java has no public way to hear them; {@code sun.misc.Signal}, which every
 * JDK has in {@code jdk.unsupported}, is asked by reflection, because the compiler warns of its
 * name.
 */
public final class Signals {
  private Signals() {}

  /**
   * Does {@code work} at each signal, in a thread of its own, in the place of what Java would do.
   *
   * @param name the signal's name without SIG, such as {@code INT}
   * @return whether that is possible here
   */
  public static boolean handle(String name, Runnable work) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      work.run();
                      yield null;
                    }
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "handler of SIG" + name;
                  });
      Object one = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, one, proxy);
      return true;
    } catch (ReflectiveOperationException e) {
      return false; // the system has no such signal, or Java keeps it for itself
    }
  }
}
