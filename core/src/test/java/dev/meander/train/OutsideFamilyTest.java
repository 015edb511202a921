package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.model.ModelFamilyTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of a family from outside the library is trained by the same loop. */
class OutsideFamilyTest {
  @Test
  void itTrains(@TempDir Path temp) throws IOException {
    Path model = temp.resolve("model");
    Path run = temp.resolve("run");
    ModelFamilyTest.write(model);

    TinyRun.run(
        run,
        false,
        "model.path=" + model,
        "model.t5_tokens=12",
        "model.text_encoders=free",
        "model.embeddings=" + temp.resolve("embeddings"),
        "policy.lora.targets=[to_q, to_v]",
        "rollouts=2");

    assertThat(run.resolve("adapter")).isDirectory();
  }
}
