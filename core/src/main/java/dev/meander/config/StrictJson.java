package dev.meander.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** JSON that came from outside: no duplicate keys, no trailing text, no NaN. */
public final class StrictJson {
  /** Reads and writes it. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Where something began, with the library's word on why it does not show the text. */
  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: [^;\\]]*; line: (\\d+), column: (\\d+)\\]");

  private static final Pattern PLACE = Pattern.compile("line \\d+, (column \\d+)");

  private static final Pattern EVENT =
      Pattern.compile("<org\\.yaml\\.snakeyaml\\.\\w+\\.(\\w+?)(Event|Token)?\\(.*\\)>");

  /** The exception that a number was not read for. */
  private static final Pattern CAUSE = Pattern.compile(" due to \\([\\w.$]+\\).*");

  private static final Pattern INTERNAL =
      Pattern.compile(
          "(,| for| in|:)? (from|not allowed when|not allowed as per)? *`[^`]*`( enabled)?");

  private StrictJson() {}

  /**
   * What is wrong with a document, or why it cannot be read or written, in words that name nothing
   * of the program.
   */
  public static String fault(IOException e) {
    if (e instanceof FileSystemException file) {
      return reason(file);
    }
    if (e instanceof CharacterCodingException || e instanceof CharConversionException) {
      return "it is not UTF-8 text";
    }
    String said =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    if (said == null || said.isBlank()) {
      return "it cannot be read";
    }
    if (said.startsWith("Trailing token")) {
      return "something follows after its end";
    }
    String line = CAUSE.matcher(said.lines().findFirst().orElse("")).replaceAll("");
    String first = EVENT.matcher(line).replaceAll("$1");
    return INTERNAL.matcher(SOURCE.matcher(first).replaceAll("line $1, column $2")).replaceAll("");
  }

  /** The same of a file that may turn out to be a directory. */
  public static String fault(Path file, IOException e) {
    return Files.isDirectory(file) ? "it is a directory" : fault(e);
  }

  /** The same of a line that its file's reader names: a parser would call each of them line 1. */
  public static String faultInLine(IOException e) {
    String fault = PLACE.matcher(fault(e)).replaceAll("$1");
    boolean placed = e instanceof JsonProcessingException json && json.getLocation() != null;
    return placed
        ? fault + ", at column " + ((JsonProcessingException) e).getLocation().getColumnNr()
        : fault;
  }

  /** The value that is missing or of another kind, by its keys. */
  public static String field(DatabindException e) {
    String keys =
        e instanceof JsonMappingException at
            ? at.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."))
            : "";
    return (keys.isEmpty() ? "a field" : keys) + " is missing or wrong";
  }

  /** Such an exception's own message is often only the path. */
  private static String reason(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NotDirectoryException) {
      return "it is not a directory";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "there is a file of that name";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "the directory is not empty";
    }
    if (e instanceof FileSystemLoopException) {
      return "its links lead in a circle";
    }
    return e.getReason() == null ? "the system does not say why" : e.getReason();
  }
}
