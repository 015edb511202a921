package dev.meander.cli;

import dev.meander.config.UserError;
import dev.meander.distributed.PeerFailed;
import dev.meander.distributed.PeerLost;
import dev.meander.tensor.Engine;
import dev.meander.train.RunInterrupted;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what went wrong in one message on standard error.
 *
 * @param err the standard error
 * @param debug whether to add the stack trace
 */
record Failures(PrintStream err, BooleanSupplier debug)
    implements IExecutionExceptionHandler, IParameterExceptionHandler {
  /** The work could not be done. */
  static final int FAILED = 1;

  /** What the user gave is wrong. */
  static final int WRONG_INPUT = 2;

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
    return report(e);
  }

  /** Reports an error of any kind and returns the exit status for it. */
  int report(Throwable e) {
    if (e instanceof RunInterrupted) {
      String text = e.getMessage();
      err.println(Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".");
      err.println(Interrupt.advice());
      err.flush();
      return Interrupt.STATUS;
    }
    err.println("error: " + message(e));
    if (debug.getAsBoolean()) {
      e.printStackTrace(err);
    } else if (!(isInput(e) || e instanceof PeerLost || e instanceof PeerFailed)) {
      err.println("The same command with --debug shows where it happened.");
    }
    err.flush();
    return isInput(e) ? WRONG_INPUT : FAILED;
  }

  /** Whether it is about what the user gave. */
  private static boolean isInput(Throwable e) {
    return e instanceof UserError || e instanceof InvalidPathException;
  }

  private static String message(Throwable e) {
    if (e instanceof UserError
        || e instanceof UncheckedIOException
        || e instanceof PeerLost
        || e instanceof PeerFailed) {
      return e.getMessage();
    }
    if (e instanceof OutOfMemoryError) {
      return "not enough memory ("
          + e.getMessage()
          + "); a smaller batch size needs less, and MEANDER_JAVA_OPTS=-Xmx3g gives Java more";
    }
    if (e instanceof InvalidPathException path) {
      return "\"%s\" is no path: %s"
          .formatted(path.getInput().replace("\0", "\\0"), path.getReason());
    }
    // The engine's exceptions are plain RuntimeExceptions: a line, then a C++ stack trace.
    String first = e.getMessage() == null ? "no message" : Engine.firstLine(e);
    return e.getClass() == RuntimeException.class || e instanceof IllegalStateException
        ? first
        : e.getClass().getSimpleName() + ": " + first;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    err.println("error: " + e.getMessage());
    List<String> near =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    if (!near.isEmpty()) {
      err.println("Did you mean: " + String.join(", ", near) + "?");
    }
    err.println("See: " + line.getCommandSpec().qualifiedName() + " --help");
    if (debug.getAsBoolean()) {
      e.printStackTrace(err);
    }
    err.flush();
    return WRONG_INPUT;
  }
}
