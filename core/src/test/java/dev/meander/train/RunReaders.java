package dev.meander.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a run that a resume reads, for tests that read anything. */
public final class RunReaders {
  private RunReaders() {}

  /** What a run recorded of its inputs. */
  public static void provenance(Path run, byte[] json) throws IOException {
    Files.write(run.resolve("provenance.json"), json);
    RunInputs.recorded(new RunDirectory(run), TinyRun.config());
  }

  /** The state that a checkpoint holds, and one process tells the others. */
  public static void state(byte[] json) {
    TrainState.of(json).toBytes();
  }

  /** A state that is right. */
  public static byte[] aState() {
    return TrainState.start(1).withScore(0, 0.5, 0).toBytes();
  }
}
