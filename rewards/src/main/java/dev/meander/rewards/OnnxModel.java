package dev.meander.rewards;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.meander.config.Home;
import dev.meander.config.UserError;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A network in an ONNX file with one input of images: a thin layer over ONNX Runtime. */
final class OnnxModel implements AutoCloseable {
  private final String reward;
  private final String file;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final String input;
  private final long[] inputShape;

  /**
   * One output.
   *
   * @param shape its axes
   * @param values the numbers row by row, whatever their type was
   */
  record Output(long[] shape, float[] values) {}

  /**
   * Loads the file.
   *
   * @param reward the reward for messages
   * @param given a relative path is sought from the working directory, then from where the program
   *     is installed
   * @throws UserError when it is not there, not ONNX, or has other inputs than one of floats
   */
  OnnxModel(String reward, Path given) {
    this(
        reward,
        found(reward, Home.resolve(given.toString())),
        Runtime.getRuntime().availableProcessors(),
        OrtEnvironment::createSession);
  }

  /**
   * Loads a network whose runs take one thread each, for callers that run several at a time.
   *
   * @param reward the reward for messages
   * @throws UserError when it is not ONNX, or has other inputs than one of floats
   */
  OnnxModel(String reward, Content content) {
    this(
        reward,
        content.name(),
        1,
        (environment, name, options) -> {
          options.setCPUArenaAllocator(false); // input sizes differ: memory goes back after a run
          return environment.createSession(content.bytes(), options);
        });
  }

  /**
   * An ONNX file's content.
   *
   * @param name what messages call it
   */
  record Content(String name, byte[] bytes) {}

  @FunctionalInterface
  private interface Opening {
    OrtSession open(OrtEnvironment environment, String file, OrtSession.SessionOptions options)
        throws OrtException;
  }

  private static String found(String reward, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserError("reward " + reward + ": there is no file " + file);
    }
    return file.toString();
  }

  private OnnxModel(String reward, String file, int threads, Opening opening) {
    this.reward = reward;
    this.file = file;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.intra_op.allow_spinning", "0"); // sampling needs the cores
      session = opening.open(environment, file, options);
    } catch (OrtException e) {
      throw new UserError(
          "reward " + reward + ": " + file + " is no network that ONNX Runtime loads: " + said(e),
          e);
    }
    try {
      Map<String, NodeInfo> inputs = session.getInputInfo();
      NodeInfo only = inputs.values().iterator().next();
      if (inputs.size() != 1
          || !(only.getInfo() instanceof TensorInfo tensor)
          || tensor.type != ai.onnxruntime.OnnxJavaType.FLOAT
          || tensor.getShape().length != 4) {
        throw new UserError(
            "reward %s: %s must have one input, floats of four axes (images); it has %s"
                .formatted(reward, file, inputs));
      }
      input = only.getName();
      inputShape = tensor.getShape();
    } catch (OrtException e) {
      throw new UserError("reward " + reward + ": " + file + ": " + said(e), e);
    } catch (UserError e) {
      close();
      throw e;
    }
  }

  /** How many images a run takes: the fixed number of the network, else {@code most}. */
  int batch(int most) {
    return inputShape[0] > 0 ? (int) inputShape[0] : most;
  }

  /**
   * Images as this network's input, stretched.
   *
   * @param size the height and width; left out: the network's own
   * @throws UserError when the sizes do not agree, or neither side names one
   */
  Planes planes(
      Optional<List<Integer>> size, List<Double> mean, List<Double> std, OnnxConfig.Layout layout) {
    int at = layout == OnnxConfig.Layout.NCHW ? 2 : 1;
    int height = size.map(s -> s.get(0)).orElse((int) inputShape[at]);
    int width = size.map(s -> s.get(1)).orElse((int) inputShape[at + 1]);
    if (height <= 0 || width <= 0) {
      throw new UserError(
          "reward %s: %s takes images of any size; say which with size: [height, width]"
              .formatted(reward, file));
    }
    Planes planes = new Planes(height, width, mean, std, layout, OnnxConfig.Fit.STRETCH);
    requireShape(planes);
    return planes;
  }

  /** Refuses images that the network's input does not take. */
  void requireShape(Planes planes) {
    long[] shape = planes.shape(1);
    long[] given = {shape[1], shape[2], shape[3]};
    for (int i = 0; i < 3; i++) {
      if (inputShape[i + 1] > 0 && inputShape[i + 1] != given[i]) {
        throw new UserError(
            "reward %s: %s takes images of shape %s, but size and layout make %s"
                .formatted(
                    reward,
                    file,
                    Arrays.toString(Arrays.copyOfRange(inputShape, 1, 4)),
                    Arrays.toString(given)));
      }
    }
  }

  /** Names of the outputs, in order. */
  List<String> outputs() {
    return List.copyOf(session.getOutputNames());
  }

  /** The axes of the first output; -1 where they depend on the input. */
  long[] outputShape() {
    try {
      return session.getOutputInfo().get(outputs().get(0)).getInfo() instanceof TensorInfo tensor
          ? tensor.getShape()
          : new long[0];
    } catch (OrtException e) {
      throw new UserError("reward " + reward + ": " + file + ": " + said(e), e);
    }
  }

  /** The file, for messages. */
  @Override
  public String toString() {
    return file;
  }

  /** Runs the network on {@code values} of {@code shape}; its first output. */
  Output runFirst(float[] values, long... shape) {
    return run(values, shape).get(outputs().get(0));
  }

  /**
   * Runs the network on {@code values} of {@code shape}; every output by name.
   *
   * @throws UserError when it fails, or gives what is no finite number, which compares as if it
   *     were one
   */
  Map<String, Output> run(float[] values, long... shape) {
    Map<String, Output> outputs = new LinkedHashMap<>();
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
        if (entry.getValue() instanceof OnnxTensor out) {
          outputs.put(
              entry.getKey(),
              new Output(out.getInfo().getShape(), finite(entry.getKey(), floats(out))));
        }
      }
    } catch (OrtException e) {
      throw new UserError("reward " + reward + ": " + file + " failed: " + said(e), e);
    }
    return outputs;
  }

  private float[] finite(String output, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new UserError(
            "reward %s: %s gave %s in its output %s; was it exported in float16?"
                .formatted(reward, file, value, output));
      }
    }
    return values;
  }

  private float[] floats(OnnxTensor tensor) {
    return switch (tensor.getInfo().type) {
      case FLOAT, FLOAT16, BFLOAT16 -> {
        FloatBuffer buffer = tensor.getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        yield values;
      }
      case INT64 -> {
        var buffer = tensor.getLongBuffer();
        float[] values = new float[buffer.remaining()];
        for (int i = 0; i < values.length; i++) {
          values[i] = buffer.get(i);
        }
        yield values;
      }
      case INT32 -> {
        var buffer = tensor.getIntBuffer();
        float[] values = new float[buffer.remaining()];
        for (int i = 0; i < values.length; i++) {
          values[i] = buffer.get(i);
        }
        yield values;
      }
      case BOOL, UINT8 -> {
        var buffer = tensor.getByteBuffer();
        float[] values = new float[buffer.remaining()];
        for (int i = 0; i < values.length; i++) {
          values[i] = buffer.get(i) & 0xff;
        }
        yield values;
      }
      default ->
          throw new UserError(
              "reward %s: %s gives outputs of type %s; float and int are understood"
                  .formatted(reward, file, tensor.getInfo().type));
    };
  }

  private static String said(OrtException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("cannot close " + file, e);
    } catch (IllegalStateException e) {
      // Closed already.
    }
  }
}
