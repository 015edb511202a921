package dev.meander.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a run when a process is killed or stopped, with processes of their own. */
@Tag("alone")
@DisabledOnOs(OS.WINDOWS)
class LostPeerTest {
  private static final int TIMEOUT = 4;

  @TempDir private Path temp;

  private record Member(Process process, Path err) {}

  private final List<Member> members = new ArrayList<>();

  @AfterEach
  void endAll() {
    members.forEach(m -> m.process().destroyForcibly());
  }

  private void start(int size) throws IOException {
    int port = Team.freePort();
    for (int r = 0; r < size; r++) {
      Path err = temp.resolve("err" + r);
      ProcessBuilder builder =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  PeerProgram.class.getName(),
                  "" + TIMEOUT,
                  "60")
              .directory(temp.toFile())
              .redirectError(err.toFile());
      builder
          .environment()
          .putAll(
              Map.of(
                  "RANK", "" + r,
                  "LOCAL_RANK", "" + r,
                  "WORLD_SIZE", "" + size,
                  "MASTER_ADDR", "127.0.0.1",
                  "MASTER_PORT", "" + port));
      members.add(new Member(builder.start(), err));
    }
    // The first line of standard output: nothing else may be there.
    for (Member m : members) {
      BufferedReader out = m.process().inputReader(StandardCharsets.UTF_8);
      assertThat(out.readLine()).as(() -> read(m.err())).isEqualTo("round 0");
      drain(out);
    }
  }

  private static void drain(BufferedReader out) {
    Thread thread =
        new Thread(
            () -> {
              try {
                out.transferTo(Writer.nullWriter());
              } catch (IOException e) {
                // The process was killed.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void allBut(int gone, long seconds, String... messages) throws InterruptedException {
    for (int r = 0; r < members.size(); r++) {
      if (r != gone) {
        Member m = members.get(r);
        assertThat(m.process().waitFor(seconds, TimeUnit.SECONDS)).isTrue();
        assertThat(read(m.err())).contains(messages);
        assertThat(m.process().exitValue()).isEqualTo(PeerProgram.LOST);
      }
    }
    assertThat(temp).isDirectoryNotContaining("glob:**hs_err*");
  }

  @Test
  void aKilledProcessIsNamed() throws Exception {
    start(3);
    members.get(2).process().destroyForcibly();
    allBut(2, 30, "at round: rank 2 on ");
  }

  @Test
  void theOneThatKeepsTheMeetingPlaceIsNamedToo() throws Exception {
    start(2);
    members.get(0).process().destroyForcibly();
    allBut(0, 30, "at round: rank 0 on ");
  }

  @Test
  void aStoppedProcessIsNamedWithinTheTimeout() throws Exception {
    start(3);
    Process stopped = members.get(1).process();
    assertThat(new ProcessBuilder("kill", "-STOP", "" + stopped.pid()).start().waitFor()).isZero();
    // Who finds out first leaves, which may end the other's exchange; both name the stopped one.
    allBut(1, TIMEOUT + 15, "rank 1 on ");
    List<String> said = List.of(read(members.get(0).err()), read(members.get(2).err()));
    assertThat(said).anySatisfy(s -> assertThat(s).contains("no sign of life for 4 s from rank 1"));
    assertThat(said.get(0)).doesNotContain("rank 2 on ");
    assertThat(said.get(1)).doesNotContain("rank 0 on ");
  }
}
