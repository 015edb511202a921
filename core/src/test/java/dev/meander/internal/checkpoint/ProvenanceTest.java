package dev.meander.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigWriter;
import dev.meander.config.UserError;
import dev.meander.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenanceTest {
  @TempDir Path dir;

  @Test
  void describesThisProcess() throws IOException {
    Path prompts = Files.writeString(dir.resolve("prompts.txt"), "abc");
    Provenance provenance = Provenance.collect(Map.of("run", 7L), List.of(prompts));
    assertThat(provenance.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?");
    assertThat(provenance.engine()).isEqualTo(Engine.version());
    assertThat(provenance.java()).startsWith(System.getProperty("java.version"));
    assertThat(provenance.os()).contains(System.getProperty("os.arch"));
    assertThat(provenance.seeds()).containsExactly(Map.entry("run", 7L));
    assertThat(provenance.sha256())
        .containsExactly(
            Map.entry(
                prompts.toString(),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  }

  @Test
  void isWrittenAndReadLikeAnyRecord() {
    Provenance provenance = Provenance.collect(Map.of("run", -1L), List.of());
    ObjectNode tree = ConfigWriter.toTree(provenance);
    assertThat(Binder.bind(tree, Provenance.class, "state.json")).isEqualTo(provenance);
  }

  @Test
  void placeholdersThatTheBuildLeftAreNoValues() {
    Properties build = new Properties();
    build.setProperty("given", " 1a2b ");
    build.setProperty("left", "${git.commit}");
    build.setProperty("empty", "");
    assertThat(Provenance.known(build, "given")).contains("1a2b");
    assertThat(Provenance.known(build, "left")).isEmpty();
    assertThat(Provenance.known(build, "empty")).isEmpty();
    assertThat(Provenance.known(build, "none")).isEmpty();
  }

  @Test
  void missingFilesAreNamed() {
    assertThatThrownBy(() -> Provenance.collect(Map.of(), List.of(dir.resolve("no"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no file");
  }
}
