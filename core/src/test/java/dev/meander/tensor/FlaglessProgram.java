package dev.meander.tensor;

import dev.meander.model.Pipeline;
import dev.meander.nn.Init;
import dev.meander.nn.Parameters;
import dev.meander.text.TextOptions;
import dev.meander.text.TokenizerReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A program without any setting, whose first use of the library is its first argument. */
final class FlaglessProgram {
  private static final Path MODEL = Path.of("src/test/resources/parity/pipe-sd3");
  private static final String TOKENIZER = "tokenizer/tokenizer.json";

  private FlaglessProgram() {}

  public static void main(String[] args) throws Exception {
    Map<String, Use> uses =
        Map.of(
            "engine",
            () -> Engine.start(2, 2),
            "scope",
            () -> new Scope().close(),
            "tensors",
            () -> Tensors.of(new float[1], 1),
            "gradients",
            () -> Autograd.noGrad(() -> 1),
            "workers",
            () -> Engine.workers().run(1, part -> List.of()),
            "parameters",
            () -> Parameters.random(1).get("x", Init.ZEROS, 2, 2),
            "model",
            () -> Pipeline.load(MODEL, ScalarType.BFloat16, TextOptions.tokens(2)),
            "tokenizer",
            () -> TokenizerReader.read(Files.newInputStream(MODEL.resolve(TOKENIZER))).close(),
            "itself",
            () -> new Scalar(1.0).close());
    uses.get(args[0]).run();
    Engine.start(2, 2);
    Engine.start(2, 2);
    try (Scope scope = new Scope()) {
      Tensors.of(new float[4], 2, 2).mm(Tensors.of(new float[4], 2, 2));
    }
    System.out.println("mkl " + MklThreads.library().isPresent());
    System.out.println("libraries " + new TreeSet<>(Loader.getLoadedLibraries().keySet()));
    System.out.println("limits " + Pointer.maxBytes() + " " + Pointer.maxPhysicalBytes());
    System.out.println("tracking " + System.getProperty("OPT_OUT_TRACKING"));
  }

  private interface Use {
    void run() throws Exception;
  }
}
