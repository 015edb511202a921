package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The build brings the fast matrix library where there is one, and the engine loads it. */
class NativesTest {
  private static final String WARNING = "JavaCPP was in use before Meander could configure it";

  @Test
  void theEngineComputesWithTheChosenLibrary() {
    Tensor two = Tensors.of(new float[] {0, 1, 1, 1}, 2, 2);

    assertThat(Tensors.floats(two.mm(two))).containsExactly(1, 1, 1, 2);
    assertThat(Loader.getLoadedLibraries().keySet().stream().anyMatch(n -> n.startsWith("mkl_rt")))
        .isEqualTo(hasMkl());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "engine",
        "scope",
        "tensors",
        "gradients",
        "workers",
        "parameters",
        "model",
        "tokenizer"
      })
  void aProgramWithoutFlagsIsConfiguredWhateverItUsesFirst(String first) throws Exception {
    assertThat(program(first, classPath()))
        .contains("mkl " + hasMkl(), "limits 0 0", "tracking true")
        .noneMatch(line -> line.contains(WARNING));
  }

  @Test
  void aProgramThatUsedTheEngineBeforeIsWarnedOnce() throws Exception {
    List<String> lines = program("itself", classPath());

    assertThat(lines).contains("mkl false");
    assertThat(lines.stream().filter(line -> line.contains(WARNING)))
        .singleElement()
        .asString()
        .contains("limited by the size of the Java heap", "Natives.prepare()")
        .matches(line -> line.contains("several times slower than MKL") == hasMkl());
  }

  @Test
  void whatIsSetStays() throws Exception {
    List<String> lines =
        program(
            "engine",
            classPath(),
            "-Dorg.bytedeco.openblas.load=openblas",
            "-Dorg.bytedeco.javacpp.maxbytes=1g",
            "-DOPT_OUT_TRACKING=false");

    assertThat(lines)
        .contains("mkl false", "limits %d 0".formatted(1L << 30), "tracking false")
        .noneMatch(line -> line.contains(WARNING));
  }

  @Test
  void withoutMklOnTheClassPathNobodyAsksForIt() throws Exception {
    String without =
        Stream.of(classPath().split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("mkl-"))
            .collect(Collectors.joining(File.pathSeparator));

    assertThat(program("engine", without))
        .contains("mkl false", "limits 0 0")
        .noneMatch(line -> line.contains(WARNING));
  }

  @Test
  void theEngineTellsItsVersion() {
    String jar =
        Stream.of(classPath().split(File.pathSeparator))
            .map(entry -> Path.of(entry).getFileName().toString())
            .filter(name -> name.matches("pytorch-[0-9.-]+\\.jar"))
            .findFirst()
            .orElseThrow();

    assertThat(Engine.version()).isEqualTo("libtorch " + jar.split("-")[1]);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  /** What {@link FlaglessProgram} prints in a JVM of its own, errors included. */
  private static List<String> program(String first, String classPath, String... flags)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")); // starts faster
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", classPath, FlaglessProgram.class.getName(), first));
    Path out = Files.createTempFile("flagless", ".txt");
    try {
      int status =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start()
              .waitFor();
      String text = Files.readString(out, StandardCharsets.UTF_8);
      assertThat(status).as(text).isZero();
      return text.lines().toList();
    } finally {
      Files.delete(out);
    }
  }

  private static boolean hasMkl() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return System.getProperty("os.arch").equals("amd64")
        && (os.startsWith("linux") || os.startsWith("windows"));
  }
}
