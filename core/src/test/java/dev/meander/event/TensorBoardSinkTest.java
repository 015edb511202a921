package dev.meander.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.image.Canvas;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.testing.EventFile;
import dev.meander.testing.ExampleEvents;
import dev.meander.testing.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardSinkTest {
  @TempDir Path run;

  @Test
  void protocolBufferFieldsAreThoseOfTheEncodingGuide() {
    // The two examples of protobuf.dev/programming-guides/encoding.
    assertThat(hex(new Proto().number(1, 150))).isEqualTo("089601");
    assertThat(hex(new Proto().text(2, "testing"))).isEqualTo("120774657374696e67");
    assertThat(hex(new Proto().message(3, new Proto().number(1, 150)))).isEqualTo("1a03089601");
    assertThat(hex(new Proto().real(2, 1f))).isEqualTo("150000803f");
    assertThat(hex(new Proto().real(1, 1.0))).isEqualTo("09000000000000f03f");
    assertThat(hex(new Proto().number(2, -1))).isEqualTo("10ffffffffffffffffff01");
  }

  private static String hex(Proto proto) {
    return HexFormat.of().formatHex(proto.toBytes());
  }

  @Test
  void checksumsAreMaskedCrc32c() {
    // The check value of CRC-32C is e3069283 for "123456789" (RFC 3720's polynomial).
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    int crc = 0xe3069283;
    int masked = (crc >>> 15 | crc << 17) + 0xa282ead8;
    assertThat(TfRecord.maskedCrc(digits, 9)).isEqualTo(masked);
    ByteBuffer record = ByteBuffer.wrap(TfRecord.encode(digits)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(record.getLong()).isEqualTo(9);
    record.getInt();
    assertThat(new String(record.array(), 12, 9, StandardCharsets.US_ASCII)).isEqualTo("123456789");
    assertThat(record.getInt(21)).isEqualTo(masked);
    assertThat(record.array()).hasSize(25);
  }

  @Test
  void writesCurvesAndPictures() throws IOException {
    Image sheet = new Canvas(12, 7, 0x336699).toImage();
    Png.write(run.resolve("samples/000001.png"), sheet);
    ManualClock clock = new ManualClock();
    try (EventBus bus = new EventBus(clock, List.of(sink()))) {
      ExampleEvents.all().forEach(bus::publish);
    }
    List<EventFile.Record> records = EventFile.read(files().get(0));
    assertThat(text(records.get(0).fields().get(3))).isEqualTo("brain.Event:2");
    assertThat(records).allMatch(record -> record.seconds() == 1767323045.678);
    Map<String, Float> curves = curves(records, 1);
    assertThat(curves)
        .containsEntry("train/reward_mean", 0.515625f)
        .containsEntry("reward/shape", 0.265625f)
        .containsEntry("time/images_per_second", 64f)
        .containsEntry("train/ratio_max_deviation", 2e-5f)
        .containsEntry("train/first_ratio_deviation", 3e-7f)
        .containsEntry("eval/score", 0.375f)
        .containsEntry("eval_task/counting", 0.25f);
    assertThat(curves(records, 50)).containsEntry("pretrain_flow/loss", 0.8125f).hasSize(3);
    Map<Integer, byte[]> picture = picture(records);
    assertThat(picture.get(1)).containsExactly(7);
    assertThat(picture.get(2)).containsExactly(12);
    assertThat(picture.get(3)).containsExactly(3);
    assertThat(Png.decode(picture.get(4)).rgb()).isEqualTo(sheet.rgb());
  }

  @Test
  void theRecipeIsTextAndHyperparametersWithoutWhoIsTold() throws IOException {
    Files.writeString(
        run.resolve("recipe.yaml"),
        """
        name: mine
        description: a line
        rollouts: 20
        update: {learning_rate: {type: cosine, warm: true}}
        targets: [a, {b: 0.5}]
        alerts: {webhook: https://secret}
        """);
    try (TensorBoardSink sink = sink()) {
      sink.accept(new Stamped(ManualClock.START, ExampleEvents.run(0)));
      sink.accept(new Stamped(ManualClock.START, new Event.RunFinished(20, Map.of(), 1)));
    }

    List<EventFile.Record> records = EventFile.read(files().get(0));
    Map<String, Map<Integer, byte[]>> start = byTag(records, 0);
    assertThat(plugin(start.get("recipe"))).isEqualTo("text");
    assertThat(text(fields(start.get("recipe").get(8)).get(8)))
        .contains("    name: mine\n", "    rollouts: 20\n")
        .doesNotContain("secret");
    Map<Integer, byte[]> session = start.get("_hparams_/session_start_info");
    assertThat(plugin(session)).isEqualTo("hparams");
    Map<String, Map<Integer, byte[]>> values = new TreeMap<>();
    for (EventFile.Field field : EventFile.parse(content(session).get(3))) {
      if (field.number() == 1) {
        values.put(text(fields(field.value()).get(1)), fields(fields(field.value()).get(2)));
      }
    }
    assertThat(values)
        .containsOnlyKeys(
            "name",
            "rollouts",
            "update.learning_rate.type",
            "update.learning_rate.warm",
            "targets.0",
            "targets.1.b");
    assertThat(text(values.get("update.learning_rate.type").get(3))).isEqualTo("cosine");
    assertThat(values.get("update.learning_rate.warm").get(4)).containsExactly(1);
    assertThat(real(values.get("rollouts").get(2))).isEqualTo(20);
    Map<Integer, byte[]> end = byTag(records, 20).get("_hparams_/session_end_info");
    assertThat(content(end).get(4)).as("status = SUCCESS").containsExactly(8, 1);
  }

  @Test
  void distributionsAndRolloutsArePictures() throws IOException {
    Image sheet = new Canvas(5, 4, 0x336699).toImage();
    Png.write(run.resolve("sheet.png"), sheet);
    float[] values = {1, 1, 2, 4, Float.NaN};
    try (TensorBoardSink sink = sink()) {
      sink.accept(
          new Stamped(
              ManualClock.START,
              new Event.DistributionMeasured(
                  3, "ratios", Map.of("step_01", values, "step_02", new float[] {7, 7}))));
      sink.accept(new Stamped(ManualClock.START, new Event.RolloutDrawn(3, "sheet.png")));
    }

    Map<String, Map<Integer, byte[]>> drawn = byTag(EventFile.read(files().get(0)), 3);
    Map<Integer, byte[]> histogram = fields(drawn.get("ratios/step_01").get(5));
    assertThat(List.of(1, 2, 3, 4, 5))
        .map(i -> real(histogram.get(i)))
        .containsExactly(1.0, 4.0, 4.0, 8.0, 22.0);
    assertThat(histogram.get(6)).hasSize(30 * 8).hasSameSizeAs(histogram.get(7));
    assertThat(real(Arrays.copyOf(histogram.get(7), 8))).as("values in the first").isEqualTo(2);
    assertThat(real(Arrays.copyOfRange(histogram.get(7), 232, 240))).as("the last").isEqualTo(1);
    Map<Integer, byte[]> constant = fields(drawn.get("ratios/step_02").get(5));
    assertThat(real(constant.get(6))).isEqualTo(7);
    assertThat(real(constant.get(7))).isEqualTo(2);
    assertThat(Png.decode(fields(drawn.get("rollout").get(4)).get(4)).rgb()).isEqualTo(sheet.rgb());
  }

  private static Map<String, Map<Integer, byte[]>> byTag(
      List<EventFile.Record> records, long step) {
    Map<String, Map<Integer, byte[]>> byTag = new TreeMap<>();
    records.stream()
        .filter(record -> record.step() == step)
        .flatMap(record -> EventFile.values(record).stream())
        .forEach(value -> byTag.put(text(value.get(1)), value));
    return byTag;
  }

  private static String plugin(Map<Integer, byte[]> value) {
    return text(fields(fields(value.get(9)).get(1)).get(1));
  }

  private static Map<Integer, byte[]> content(Map<Integer, byte[]> value) {
    return fields(fields(fields(value.get(9)).get(1)).get(2));
  }

  private static Map<Integer, byte[]> fields(byte[] message) {
    Map<Integer, byte[]> fields = new TreeMap<>();
    EventFile.parse(message).forEach(field -> fields.put(field.number(), field.value()));
    return fields;
  }

  private static double real(byte[] bits) {
    return ByteBuffer.wrap(bits).order(ByteOrder.LITTLE_ENDIAN).getDouble();
  }

  @Test
  void leavesOutWhatWasNotMeasured() {
    Event update = new Event.UpdateFinished(1, 0.5, Double.NaN, 1, 0, 0, 1, 1, 1, 1);
    assertThat(Curves.of(update)).containsKey("train/policy_loss").doesNotContainKey("train/kl");
    assertThat(Curves.of(new Event.Message(1, Event.Level.INFO, "x"))).isEmpty();
  }

  @Test
  void aNewFileComesLastWhateverLiesThere() throws IOException {
    Path board = Files.createDirectories(run.resolve("board"));
    String second = "events.out.tfevents.1767323045.";
    for (String[] lying :
        new String[][] {
          {"meander.7000", "1767323045.meander.7001"},
          {"meander.9999", "1767323046.meander.0000"},
          {"host.12", "1767323046.meander.0000"},
          {"meander.0001x", "1767323046.meander.0000"}
        }) {
      Path there = Files.createFile(board.resolve(second + lying[0]));
      try (TensorBoardSink sink = new TensorBoardSink(board, run)) {
        sink.accept(new Stamped(ManualClock.START, ExampleEvents.run(0)));
      }
      Path made = board.resolve("events.out.tfevents." + lying[1]);
      assertThat(made).exists();
      Files.delete(made);
      Files.delete(there);
    }
  }

  @Test
  void aResumedRunTakesANewFileAndTakesBackTheStepsThatItRepeats() throws IOException {
    for (long resumedAt : new long[] {0, 4}) {
      try (TensorBoardSink sink = sink()) {
        sink.accept(new Stamped(ManualClock.START, ExampleEvents.run(resumedAt)));
        sink.accept(new Stamped(ManualClock.START, ExampleEvents.update(resumedAt + 1)));
      }
    }
    assertThat(files())
        .extracting(path -> path.getFileName().toString())
        .containsExactly(
            "events.out.tfevents.1767323045.meander.0000",
            "events.out.tfevents.1767323045.meander.0001");
    assertThat(EventFile.read(files().get(0))).noneMatch(record -> record.fields().containsKey(7));
    EventFile.Record session = EventFile.read(files().get(1)).get(1);
    assertThat(session.step()).isEqualTo(5);
    assertThat(session.fields().get(7)).containsExactly(8, 1); // status = START
  }

  @Test
  void aRunThatStartsAgainBeforeItsFirstRolloutWasSavedTakesStepsBackToo() throws IOException {
    try (TensorBoardSink sink = sink()) {
      sink.accept(new Stamped(ManualClock.START, ExampleEvents.run(0)));
      sink.accept(new Stamped(ManualClock.START, ExampleEvents.update(1)));
    }
    Instant before = ManualClock.START.minusSeconds(3600); // a clock that was put back
    try (TensorBoardSink sink = sink()) {
      sink.accept(new Stamped(before, ExampleEvents.run(0)));
      sink.accept(new Stamped(before, ExampleEvents.update(1)));
    }
    try (TensorBoardSink sink = sink()) {
      sink.accept(new Stamped(before, ExampleEvents.run(0)));
      sink.accept(new Stamped(before, ExampleEvents.update(0)));
      sink.accept(new Stamped(before, ExampleEvents.update(1)));
    }
    List<Path> files = files();
    assertThat(files).hasSize(3);
    assertThat(sessions(files.get(0))).isEmpty();
    assertThat(sessions(files.get(1))).as("the evaluation at 0 stays").containsExactly(1L);
    assertThat(sessions(files.get(2))).as("it is made again").containsExactly(0L);
  }

  private static List<Long> sessions(Path file) throws IOException {
    return EventFile.read(file).stream()
        .filter(r -> r.fields().containsKey(7))
        .map(EventFile.Record::step)
        .toList();
  }

  private TensorBoardSink sink() {
    return new TensorBoardSink(run.resolve("tensorboard"), run);
  }

  private List<Path> files() throws IOException {
    return EventFile.in(run.resolve("tensorboard"));
  }

  private static Map<String, Float> curves(List<EventFile.Record> records, long step) {
    Map<String, Float> curves = new TreeMap<>();
    records.stream()
        .filter(record -> record.step() == step)
        .forEach(record -> curves.putAll(EventFile.curves(record)));
    return curves;
  }

  private static Map<Integer, byte[]> picture(List<EventFile.Record> records) {
    Map<Integer, byte[]> fields = new TreeMap<>();
    for (EventFile.Record record : records) {
      for (Map<Integer, byte[]> value : EventFile.values(record)) {
        if (record.step() == 1 && text(value.get(1)).equals("samples")) {
          EventFile.parse(value.get(4)).forEach(field -> fields.put(field.number(), field.value()));
        }
      }
    }
    return fields;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
