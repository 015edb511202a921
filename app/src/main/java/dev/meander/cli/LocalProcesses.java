package dev.meander.cli;

import dev.meander.cli.terminal.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Several processes of the same command on this machine, told of each other through the environment
 * as torchrun does. The first has this one's console; what the others say goes to standard error,
 * with their rank before it.
 */
final class LocalProcesses {
  /** Which this class takes from the command line. */
  static final String OPTION = "--processes";

  private static final String HOST = "127.0.0.1";
  private static final long POLL_MILLIS = 50;

  /** How long the others may take to end by themselves, with a checkpoint, after one has failed. */
  private static final long GRACE_SECONDS = 60;

  private static final long END_SECONDS = 15;

  private final List<Process> processes = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  private LocalProcesses() {}

  /**
   * @param arguments this process's own, which the others get without {@value #OPTION}
   */
  static LocalProcesses start(int count, List<String> arguments, PrintStream err) {
    return start(count, arguments, err, Redirect.INHERIT);
  }

  /**
   * As {@link #start(int, List, PrintStream)}.
   *
   * @param out where the first process's output goes
   */
  static LocalProcesses start(int count, List<String> arguments, PrintStream err, Redirect out) {
    LocalProcesses all = new LocalProcesses();
    Interrupt.instead(all::end);
    AtomicLong asked = new AtomicLong();
    Runnable ask = () -> all.ask(asked.getAndIncrement() > 0);
    Signals.handle("INT", ask);
    Signals.handle("TERM", ask);
    int port = freePort();
    Set<String> said = ConcurrentHashMap.newKeySet();
    try {
      for (int rank = 0; rank < count; rank++) {
        ProcessBuilder builder = new ProcessBuilder(command(arguments));
        builder.environment().putAll(environment(rank, count, port));
        if (rank == 0) {
          builder.inheritIO().redirectOutput(out);
        } else {
          builder.redirectErrorStream(true).redirectInput(Redirect.PIPE);
        }
        Process process = builder.start();
        all.processes.add(process);
        if (rank > 0) {
          process.getOutputStream().close();
          all.read(rank, process, err, said);
        }
      }
      return all;
    } catch (IOException e) {
      all.end();
      throw new UncheckedIOException("cannot start a process: " + e.getMessage(), e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port for the processes to meet at", e);
    }
  }

  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Meander.class.getName()));
    command.addAll(without(arguments));
    return command;
  }

  /** The arguments without the option and its number. */
  static List<String> without(List<String> arguments) {
    List<String> kept = new ArrayList<>();
    for (Iterator<String> it = arguments.iterator(); it.hasNext(); ) {
      String argument = it.next();
      if (argument.equals(OPTION)) {
        it.next();
      } else if (!argument.startsWith(OPTION + "=")) {
        kept.add(argument);
      }
    }
    return kept;
  }

  private static Map<String, String> environment(int rank, int count, int port) {
    return Map.of(
        "RANK", String.valueOf(rank),
        "LOCAL_RANK", String.valueOf(rank),
        "WORLD_SIZE", String.valueOf(count),
        "LOCAL_WORLD_SIZE", String.valueOf(count),
        "MASTER_ADDR", HOST,
        "MASTER_PORT", String.valueOf(port),
        "TORCHELASTIC_RUN_ID", "meander-" + ProcessHandle.current().pid());
  }

  /** Passes a process's lines on, those that another has said already left out. */
  private void read(int rank, Process process, PrintStream err, Set<String> said) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  if (!line.isBlank() && said.add(line)) {
                    err.println("[rank " + rank + "] " + line);
                  }
                }
              } catch (IOException e) {
                // It has ended.
              }
            },
            "rank-" + rank);
    thread.setDaemon(true);
    thread.start();
    readers.add(thread);
  }

  /**
   * Waits for all. When one fails the others hear of it from each other; whoever does not end then
   * is ended.
   *
   * @return 0, or the exit status of the process that failed first
   */
  int await() {
    int failed = 0;
    long patience = Long.MAX_VALUE;
    try {
      while (processes.stream().anyMatch(Process::isAlive)) {
        for (Process process : processes) {
          if (failed == 0 && !process.isAlive() && process.exitValue() != 0) {
            failed = process.exitValue();
            patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
          }
        }
        if (failed != 0 && System.nanoTime() > patience) {
          end();
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      for (Thread reader : readers) {
        reader.join(TimeUnit.SECONDS.toMillis(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end();
    }
    int status = failed;
    return status != 0
        ? status
        : processes.stream().mapToInt(Process::exitValue).filter(s -> s != 0).findFirst().orElse(0);
  }

  /**
   * Passes a signal on: at the first they keep what they have and end, as the first of them says.
   *
   * @param again whether it is not the first
   */
  private void ask(boolean again) {
    if (again) {
      processes.forEach(Process::destroyForcibly);
    } else {
      processes.forEach(Process::destroy);
    }
  }

  /** Asks all to end, as a signal does, and ends who does not. */
  private void end() {
    processes.forEach(Process::destroy);
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
    try {
      for (Process process : processes) {
        process.waitFor(Math.max(0, patience - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    processes.forEach(Process::destroyForcibly);
  }
}
