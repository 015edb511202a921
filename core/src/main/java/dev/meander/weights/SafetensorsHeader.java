package dev.meander.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.config.Problems;
import dev.meander.config.StrictJson;
import dev.meander.weights.SafetensorsFile.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Parses and validates the JSON header of a safetensors file; reports every problem it can. */
final class SafetensorsHeader {
  static final String METADATA = "__metadata__";

  /** More dimensions than the engine can iterate over. */
  private static final int MAX_RANK = 64;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  private final Problems problems;
  private final long dataSize;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private SafetensorsHeader(Problems problems, long dataSize) {
    this.problems = problems;
    this.dataSize = dataSize;
  }

  /**
   * Reads a header.
   *
   * @param header the JSON bytes
   * @param dataSize the number of bytes that follow the header
   * @param problems receives what is wrong
   */
  static SafetensorsHeader parse(byte[] header, long dataSize, Problems problems) {
    SafetensorsHeader result = new SafetensorsHeader(problems, dataSize);
    try (JsonParser parser = JSON.createParser(utf8(header))) {
      result.read(parser);
    } catch (IOException e) {
      problems.add("the header is not valid JSON: " + StrictJson.fault(e));
    }
    result.checkEnd();
    if (problems.isEmpty()) {
      result.checkLayout();
    }
    return result;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  Map<String, Entry> entries() {
    return entries;
  }

  /** Strict: a wrong byte is an error and not a replacement character. */
  private static Reader utf8(byte[] bytes) {
    return new InputStreamReader(
        new ByteArrayInputStream(bytes),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  private void read(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      problems.add("the header must be a JSON object");
      return;
    }
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      JsonNode value = JSON.readTree(parser);
      if (!seen.add(name)) {
        problems.add("tensor '" + name + "' appears twice");
      } else if (name.equals(METADATA)) {
        readMetadata(value);
      } else {
        readEntry(name, value).ifPresent(e -> entries.put(name, e));
      }
    }
    if (parser.nextToken() != null) {
      problems.add("the header goes on after the end of its JSON object");
    }
  }

  private void readMetadata(JsonNode value) {
    if (value.isNull()) {
      return; // the reference reader takes it
    }
    if (!value.isObject()) {
      problems.add(METADATA + " must be an object of strings");
      return;
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (field.getValue().isTextual()) {
        metadata.put(field.getKey(), field.getValue().textValue());
      } else {
        problems.add(METADATA + " key '" + field.getKey() + "' must be a string");
      }
    }
  }

  private Optional<Entry> readEntry(String name, JsonNode value) {
    String where = "tensor '" + name + "': ";
    if (!value.isObject()) {
      problems.add(where + "must be an object with dtype, shape and data_offsets");
      return Optional.empty();
    }
    Optional<DType> dtype = readDType(where, value.path("dtype"));
    Optional<long[]> shape = readLongs(where, "shape", value.path("shape"));
    Optional<long[]> offsets = readLongs(where, "data_offsets", value.path("data_offsets"));
    if (dtype.isEmpty() || shape.isEmpty() || offsets.isEmpty()) {
      return Optional.empty();
    }
    return checkedEntry(where, new Entry(name, dtype.get(), shape.get(), 0, 0), offsets.get());
  }

  private Optional<DType> readDType(String where, JsonNode node) {
    // The format's names are upper case; parse() alone would let "f32" pass.
    Optional<DType> dtype =
        node.isTextual()
            ? DType.parse(node.textValue()).filter(d -> d.name().equals(node.textValue()))
            : Optional.empty();
    if (dtype.isEmpty()) {
      problems.add(
          where
              + (node.isMissingNode() ? "dtype is missing" : "unsupported dtype " + node)
              + "; known are "
              + List.of(DType.values()));
    }
    return dtype;
  }

  private Optional<long[]> readLongs(String where, String key, JsonNode node) {
    if (!node.isArray()) {
      problems.add(where + key + " must be a list of integers");
      return Optional.empty();
    }
    long[] values = new long[node.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode item = node.get(i);
      if (!item.isIntegralNumber() || !item.canConvertToLong() || item.longValue() < 0) {
        problems.add(where + key + " must hold integers of at least 0, found " + item);
        return Optional.empty();
      }
      values[i] = item.longValue();
    }
    return Optional.of(values);
  }

  private Optional<Entry> checkedEntry(String where, Entry entry, long[] offsets) {
    if (entry.rank() > MAX_RANK) {
      problems.add(where + "shape has " + entry.rank() + " dimensions, at most " + MAX_RANK);
      return Optional.empty();
    }
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      problems.add(
          where
              + "data_offsets must be [begin, end] with 0 <= begin <= end, found "
              + Arrays.toString(offsets));
      return Optional.empty();
    }
    long length = offsets[1] - offsets[0];
    try {
      if (entry.expectedBytes() != length) {
        problems.add(
            where
                + entry
                + " needs "
                + entry.expectedBytes()
                + " bytes but has "
                + length
                + " by its data_offsets");
        return Optional.empty();
      }
    } catch (ArithmeticException e) {
      problems.add(where + entry + " is larger than any file");
      return Optional.empty();
    }
    return Optional.of(
        new Entry(entry.name(), entry.dtype(), entry.shape(), offsets[0], offsets[1]));
  }

  /** One problem for all tensors behind the end: a copy that stopped halfway lacks most of them. */
  private void checkEnd() {
    List<Entry> beyond = entries.values().stream().filter(e -> e.end() > dataSize).toList();
    if (beyond.isEmpty()) {
      return;
    }
    long needed = beyond.stream().mapToLong(Entry::end).max().getAsLong();
    String others = beyond.size() == 1 ? "" : " and " + (beyond.size() - 1) + " more";
    problems.add(
        "it is cut off or its data_offsets are wrong: they reach to byte %s, there are %s after the header (tensor '%s'%s)"
            .formatted(needed, dataSize, beyond.get(0).name(), others));
  }

  /** The format wants the tensors to cover the data exactly: no overlap and no hole. */
  private void checkLayout() {
    List<Entry> byOffset = new ArrayList<>(entries.values());
    byOffset.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long covered = 0;
    for (Entry e : byOffset) {
      if (e.begin() < covered) {
        problems.add("tensor '" + e.name() + "' overlaps the tensor before it");
      } else if (e.begin() > covered) {
        problems.add(
            "tensor '" + e.name() + "' leaves a hole of " + (e.begin() - covered) + " bytes");
      }
      covered = Math.max(covered, e.end());
    }
    if (covered < dataSize) {
      problems.add((dataSize - covered) + " bytes at the end belong to no tensor");
    }
  }

  /** The first eight bytes of a file: the header's length. */
  static long length(ByteBuffer first8) {
    return first8.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
  }
}
