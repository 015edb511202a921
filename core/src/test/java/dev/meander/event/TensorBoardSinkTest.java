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
  void leavesOutWhatWasNotMeasured() {
    Event update = new Event.UpdateFinished(1, 0.5, Double.NaN, 1, 0, 0, 1, 1, 1, 1);
    assertThat(Scalars.of(update)).containsKey("train/policy_loss").doesNotContainKey("train/kl");
    assertThat(Scalars.of(new Event.Message(1, Event.Level.INFO, "x"))).isEmpty();
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
