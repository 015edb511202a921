package dev.meander.cli;

import picocli.CommandLine.Option;

/** The option of commands that have a result. */
final class JsonOption {
  @Option(
      names = "--json",
      description =
          "Print one JSON document on standard output, everything else on standard error.")
  boolean on;
}
