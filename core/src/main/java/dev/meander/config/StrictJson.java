package dev.meander.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.regex.Pattern;

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
      Pattern.compile("\\[Source: [^;\\]]*; (line: \\d+, column: \\d+)\\]");

  private static final Pattern EVENT =
      Pattern.compile("<org\\.yaml\\.snakeyaml\\.\\w+\\.(\\w+?)(Event|Token)?\\(.*\\)>");

  private static final Pattern INTERNAL =
      Pattern.compile(
          "(,| for| in|:)? (from|not allowed when|not allowed as per)? *`[^`]*`( enabled)?");

  private StrictJson() {}

  /** What is wrong with a document, in words that name nothing of the program. */
  public static String fault(IOException e) {
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
    String first = EVENT.matcher(said.lines().findFirst().orElse("")).replaceAll("$1");
    return INTERNAL.matcher(SOURCE.matcher(first).replaceAll("$1")).replaceAll("");
  }
}
