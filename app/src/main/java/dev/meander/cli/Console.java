package dev.meander.cli;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.cli.terminal.Terminal;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;

/**
 * Where commands write.
 *
 * @param out results, and nothing but the document with {@code --json}
 * @param err messages, and progress with {@code --json}
 */
record Console(PrintStream out, PrintStream err) {
  /** Plain ASCII, so that it is UTF-8 whatever the platform's encoding. */
  private static final ObjectWriter JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build()
          .writerWithDefaultPrettyPrinter();

  /** For progress and live lines; on standard error when the output is a JSON document. */
  Terminal terminal(boolean json) {
    Terminal.Style style = Terminal.detect(json).style();
    return new Terminal(json ? err : out, style, InstantSource.system());
  }

  /** Writes a line for people. */
  void line(String text) {
    out.println(text);
  }

  /** Writes the one document of a command with {@code --json}. */
  void json(JsonNode document) {
    try {
      out.println(JSON.writeValueAsString(document));
      out.flush();
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
