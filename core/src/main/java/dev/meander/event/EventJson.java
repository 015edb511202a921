package dev.meander.event;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import dev.meander.config.StrictJson;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Events as JSON objects, one a line, and back; the schema is docs/metrics.md.
 *
 * <p>{@code type} and {@code step} come first, then the record's components in snake case; what is
 * marked {@link Timing}, and the time itself, stand last in an object {@code timing}. NaN is {@code
 * null}; an infinite value is the string {@code "Infinity"} or {@code "-Infinity"}.
 */
public final class EventJson {
  static final String TYPE = "type";
  static final String STEP = "step";
  static final String TIMING = "timing";
  static final String TIME = "time";

  private static final JsonMapper MAPPER = mapper();
  private static final Map<String, Class<?>> TYPES = types();

  private EventJson() {}

  /** The name that stands for a kind of event in its {@code type} field. */
  public static String type(Class<? extends Event> kind) {
    return snake(kind.getSimpleName());
  }

  /** All kinds of events by the name in their {@code type} field. */
  static Map<String, Class<?>> kinds() {
    return TYPES;
  }

  /** One line of JSON, without its line end. */
  public static String write(Stamped stamped) {
    Event event = stamped.event();
    ObjectNode line = MAPPER.createObjectNode();
    line.put(TYPE, type(event.getClass()));
    line.put(STEP, event.step());
    line.setAll((ObjectNode) MAPPER.valueToTree(event));
    ObjectNode timing = MAPPER.createObjectNode();
    timing.put(TIME, stamped.time().truncatedTo(ChronoUnit.MILLIS).toString());
    for (String field : timingFields(event.getClass())) {
      timing.set(field, line.remove(field));
    }
    line.set(TIMING, timing);
    try {
      return MAPPER.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + event + " as JSON", e);
    }
  }

  /**
   * The event of one line; empty for a type that this version does not know. Missing numbers are
   * NaN, unknown fields are passed over.
   *
   * @throws IllegalArgumentException when the line is not an event
   */
  public static Optional<Stamped> read(String line) {
    try {
      return read(MAPPER.readTree(line));
    } catch (DatabindException e) {
      throw new IllegalArgumentException("no event of its type: " + StrictJson.field(e), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + StrictJson.faultInLine(e), e);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no event: timing.time is no time", e);
    }
  }

  static Optional<Stamped> read(JsonNode line) throws JsonProcessingException {
    if (!line.path(TYPE).isTextual() || !line.path(TIMING).path(TIME).isTextual()) {
      throw new IllegalArgumentException("no event: it needs a type and timing.time");
    }
    Class<?> kind = TYPES.get(line.get(TYPE).textValue());
    if (kind == null) {
      return Optional.empty();
    }
    ObjectNode fields = line.deepCopy();
    JsonNode timing = fields.remove(TIMING);
    for (String field : timingFields(kind)) {
      fields.set(field, timing.get(field));
    }
    Instant time = Instant.parse(timing.get(TIME).textValue());
    return Optional.of(new Stamped(time, (Event) MAPPER.treeToValue(fields, kind)));
  }

  static JsonNode parse(String line) throws JsonProcessingException {
    return MAPPER.readTree(line);
  }

  /** Components of an event record in snake case, whether they are timings or not. */
  static List<String> fields(Class<?> kind) {
    return Arrays.stream(kind.getRecordComponents()).map(c -> snake(c.getName())).toList();
  }

  static List<String> timingFields(Class<?> kind) {
    return Arrays.stream(kind.getRecordComponents())
        .filter(component -> component.isAnnotationPresent(Timing.class))
        .map(RecordComponent::getName)
        .map(EventJson::snake)
        .toList();
  }

  private static String snake(String name) {
    return ((SnakeCaseStrategy) PropertyNamingStrategies.SNAKE_CASE).translate(name);
  }

  private static Map<String, Class<?>> types() {
    Map<String, Class<?>> types = new LinkedHashMap<>();
    for (Class<?> nested : Event.class.getDeclaredClasses()) {
      if (nested.isRecord()
          && Event.class.isAssignableFrom(nested)
          && !Event.Passing.class.isAssignableFrom(nested)) {
        types.put(snake(nested.getSimpleName()), nested);
      }
    }
    return types;
  }

  private static JsonMapper mapper() {
    SimpleModule numbers = new SimpleModule();
    numbers.addSerializer(Double.class, new NumberWriter());
    numbers.addSerializer(double.class, new NumberWriter());
    numbers.addDeserializer(Double.class, new NumberReader());
    numbers.addDeserializer(double.class, new NumberReader());
    return JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
        // Double.toString differs between Java versions; a resumed run must write equal text.
        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
        .addModule(numbers)
        .build();
  }

  /** Doubles with NaN as null and infinities as text: strict JSON has neither. */
  private static final class NumberWriter extends StdScalarSerializer<Double> {
    private static final long serialVersionUID = 1L;

    NumberWriter() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (value.isNaN()) {
        out.writeNull();
      } else if (value.isInfinite()) {
        out.writeString(value.toString());
      } else {
        out.writeNumber(value);
      }
    }
  }

  private static final class NumberReader extends StdScalarDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    NumberReader() {
      super(Double.class);
    }

    @Override
    public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
      try {
        return Double.valueOf(in.getText());
      } catch (NumberFormatException e) {
        return (Double) context.handleWeirdStringValue(Double.class, in.getText(), "no number");
      }
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
