package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with a Java and a Maven that only write down how they were called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../meander");

  @TempDir private Path dir;
  private Path home;
  private Path tools;

  private record Result(int status, String out, String err) {}

  @BeforeEach
  void project() throws IOException {
    home = Files.createDirectories(dir.resolve("a home"));
    tools = Files.createDirectories(dir.resolve("tools"));
    Files.copy(LAUNCHER, home.resolve("meander"), StandardCopyOption.COPY_ATTRIBUTES);
    write(home.resolve("pom.xml"), "");
    write(home.resolve("natives/pom.xml"), "");
    for (String module : List.of("core", "toybox", "rewards", "dashboard", "mlflow", "app")) {
      write(home.resolve(module + "/pom.xml"), "");
      write(home.resolve(module + "/src/main/java/A.java"), "");
      write(home.resolve(module + "/target/classes/A.class"), module);
    }
    for (Path old : List.of(home.resolve("pom.xml"), home.resolve("core/src/main/java/A.java"))) {
      Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(60)));
    }
    write(dir.resolve("lib/mkl-1-redist.jar"), "");
    java("17.0.9");
    tool("javac", "exit 0");
    maven("3.9.6", 0);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void tool(String name, String body) throws IOException {
    Path file = tools.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private void java(String version) throws IOException {
    tool(
        "java",
        """
        if [ "$1" = -version ]; then echo 'openjdk version "%s" 2023-10-17' >&2; exit 0; fi
        for a in "$@"; do echo "[$a]"; done
        env | grep -e ^OPENBLAS -e ^LC_ALL
        exit 7"""
            .formatted(version));
  }

  private void maven(String version, int status) throws IOException {
    tool(
        "mvn",
        """
        if [ "$1" = -v ]; then echo 'Apache Maven %s (x)'; exit 0; fi
        echo build >>"%s/builds"
        echo '[ERROR] A.java:[1,1] nonsense'
        printf '%%s' "$PWD/core/target/classes:%s/lib/mkl-1-redist.jar" >app/target/classpath.txt
        exit %d"""
            .formatted(version, dir, dir, status));
  }

  private Result meander(Map<String, String> environment, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(home.resolve("meander").toString()));
    command.addAll(List.of(args));
    ProcessBuilder process = new ProcessBuilder(command).directory(dir.toFile());
    process.environment().clear();
    process.environment().put("PATH", tools + ":/usr/bin:/bin");
    process.environment().putAll(environment);
    process.redirectOutput(dir.resolve("out").toFile()).redirectError(dir.resolve("err").toFile());
    int status = process.start().waitFor();
    return new Result(
        status, Files.readString(dir.resolve("out")), Files.readString(dir.resolve("err")));
  }

  private long builds() throws IOException {
    Path file = dir.resolve("builds");
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  @Test
  void itBuildsOnceAndPassesArgumentsAndStatusThrough() throws Exception {
    Result first = meander(Map.of(), "generate", "a red circle", "--out", "x y.png");

    assertThat(first.status()).isEqualTo(7);
    assertThat(first.out())
        .contains("[dev.meander.cli.Meander]\n[generate]\n[a red circle]\n[--out]\n[x y.png]\n")
        .contains("[-Dmeander.home=" + home.toRealPath() + "]")
        .contains("/lib/mkl-1-redist.jar]")
        .doesNotContain("native-access", "bytedeco");
    assertThat(first.err()).contains("first time");

    Result second = meander(Map.of(), "recipes");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void rewardsOfOnesOwnComeLastOnTheClassPath() throws Exception {
    write(dir.resolve("my rewards/A.class"), "");
    write(dir.resolve("other.jar"), "");
    String own = "my rewards:other.jar:my rewards/*";
    String out = meander(Map.of("MEANDER_CLASSPATH", own), "recipes").out();

    assertThat(out).contains("/lib/mkl-1-redist.jar:" + own + "]\n");
    Result missing = meander(Map.of("MEANDER_CLASSPATH", "other.jar:none.jar"), "recipes");
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err())
        .isEqualTo("meander: MEANDER_CLASSPATH names none.jar, which is not there\n");
  }

  @Test
  void itRunsACopyOfTheClassesThatLaterBuildsLeaveAlone() throws Exception {
    String before = meander(Map.of()).out();
    write(home.resolve("core/src/main/java/B.java"), "");
    Files.setLastModifiedTime(
        home.resolve("core/src/main/java/B.java"), FileTime.from(Instant.now().plusSeconds(60)));
    write(home.resolve("core/target/classes/A.class"), "new");

    Result after = meander(Map.of());

    assertThat(after.err()).contains("something changed");
    assertThat(builds()).isEqualTo(2);
    assertThat(after.out()).isNotEqualTo(before);
    Path classes = Path.of(before.replaceAll("(?s).*\\[-cp\\]\n\\[([^:]*):.*", "$1")).getParent();
    assertThat(classes.resolve("core/A.class")).hasContent("core");
  }

  @Test
  void aMissingJarMeansAnotherBuild() throws Exception {
    meander(Map.of());
    Files.move(dir.resolve("lib/mkl-1-redist.jar"), dir.resolve("lib/gone.jar"));

    meander(Map.of());

    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void newJavaMustBeAllowedToLoadNatives() throws Exception {
    java("25");

    assertThat(meander(Map.of()).out()).contains("[--enable-native-access=ALL-UNNAMED]");
  }

  @Test
  void ownOptionsComeAfterTheDefaults() throws Exception {
    assertThat(meander(Map.of("MEANDER_JAVA_OPTS", "-Xmx3g -Dx=y")).out())
        .containsSubsequence("[-Xmx1g]", "[-Xmx3g]", "[-Dx=y]", "[dev.meander.cli.Meander]");
  }

  @Test
  void aSlowingSettingOfTheEnvironmentIsIgnoredWithANotice() throws Exception {
    Result result = meander(Map.of("OPENBLAS_CORETYPE", "Haswell"));

    assertThat(result.err()).contains("ignoring OPENBLAS_CORETYPE=Haswell");
    assertThat(result.out()).doesNotContain("OPENBLAS_CORETYPE");
  }

  @Test
  void anOldJavaIsRefused() throws Exception {
    for (String version : List.of("11.0.2", "1.8.0_292")) {
      java(version);
      Result result = meander(Map.of());
      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err()).contains(version, "version 17 or newer");
    }
    assertThat(builds()).isZero();
  }

  @Test
  void aWrongJavaHomeIsNamed() throws Exception {
    Result result = meander(Map.of("JAVA_HOME", "/no/such/jdk"));

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("JAVA_HOME is /no/such/jdk");
  }

  @Test
  void toolsThatAreMissingOrOldAreNamed() throws Exception {
    maven("3.6.3", 0);
    assertThat(meander(Map.of()).err()).contains("is version 3.6", "Maven 3.8 or newer");
    Files.delete(tools.resolve("javac"));
    maven("3.10.0", 0);
    assertThat(meander(Map.of()).err()).contains("without a compiler", "install a JDK");
    assertThat(builds()).isZero();
  }

  @Test
  void aFailedBuildShowsItsErrorsAndIsTriedAgain() throws Exception {
    maven("3.9.6", 1);
    Result failed = meander(Map.of());
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err()).contains("A.java:[1,1] nonsense", "build.log");

    maven("3.9.6", 0);
    assertThat(meander(Map.of()).status()).isEqualTo(7);
    assertThat(builds()).isEqualTo(2);
  }

  /** Prompts and names of files are UTF-8, whatever the locale says. */
  @Test
  void aLocaleThatIsNotUtf8IsReplaced() throws Exception {
    for (Map<String, String> locale :
        List.of(Map.<String, String>of(), Map.of("LC_ALL", "C"), Map.of("LANG", "POSIX"))) {
      assertThat(meander(locale).out()).contains("LC_ALL=C.UTF-8");
    }
    assertThat(meander(Map.of("LC_ALL", "C.UTF-8")).out()).contains("LC_ALL=C.UTF-8");
  }

  /** The superuser may write anywhere, so the folder is made impossible instead of forbidden. */
  @Test
  void aBuildThatIsNotPossibleSaysSoAtOnce() throws Exception {
    write(home.resolve("app/target/launch"), "no folder");
    Result result = meander(Map.of());
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("app/target/launch cannot be made: File exists");

    Files.delete(home.resolve("app/target/launch"));
    write(home.resolve("app/target/launch/lock"), "no folder either");
    result = meander(Map.of());
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("app/target/launch cannot be written: File exists");
  }

  @Test
  void aUserWithoutANameHasAFolderForCaches() throws Exception {
    tool("id", "[ \"$1\" = -u ] && echo 54321");
    Path own = Files.createDirectories(dir.resolve("own"));
    assertThat(meander(Map.of("HOME", own.toString())).out()).contains("[-Duser.home=" + own + "]");
    assertThat(meander(Map.of("XDG_CACHE_HOME", own.toString())).out())
        .contains("[-Duser.home=" + own + "]");
    Path made = dir.resolve("meander-54321");
    assertThat(meander(Map.of("TMPDIR", dir.toString())).out())
        .contains("[-Duser.home=" + made + "]");
    assertThat(made).isDirectory();
  }

  @Test
  void itIsFoundThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("a home/meander"));
    Process process =
        new ProcessBuilder(link.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("out").toFile())
            .start();
    process.waitFor();

    assertThat(Files.readString(dir.resolve("out"))).contains("Building Meander");
  }

  @Test
  void anUnpackedReleaseTakesItsJarsAndBuildsNothing() throws Exception {
    Files.delete(home.resolve("pom.xml"));
    write(home.resolve("lib/meander-app.jar"), "");

    Result result = meander(Map.of(), "recipes");

    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains(
            "[-cp]\n[" + home.toRealPath() + "/lib/*]\n", "[dev.meander.cli.Meander]\n[recipes]");
    assertThat(builds()).isZero();
  }

  @Test
  void optionsOfTheBuildAreRememberedAndCanBeTakenBack() throws Exception {
    meander(Map.of("MEANDER_BUILD_OPTS", "-Pgpu"), "recipes");
    assertThat(builds()).isEqualTo(1);

    meander(Map.of(), "recipes");
    assertThat(builds()).isEqualTo(1);
    assertThat(home.resolve("app/target/launch/options")).hasContent("-Pgpu");

    meander(Map.of("MEANDER_BUILD_OPTS", ""), "recipes");
    assertThat(builds()).isEqualTo(2);
    assertThat(home.resolve("app/target/launch/options")).isEmptyFile();
  }

  @Test
  void platformsWithoutAnEngineAreRefusedByName() throws Exception {
    tool("uname", "[ \"$1\" = -s ] && echo Linux || echo aarch64");

    Result result = meander(Map.of(), "recipes");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "meander: there is no tensor engine for Linux-aarch64: Meander runs on Linux x86_64, macOS arm64 and"
                + " Windows x86_64\n");
    assertThat(builds()).isZero();
  }
}
