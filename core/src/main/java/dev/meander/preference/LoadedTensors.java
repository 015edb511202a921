package dev.meander.preference;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.weights.DType;
import dev.meander.weights.Folder;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of a reward: read from safetensors files as float32, and held until they are closed,
 * whatever scope they were read in.
 */
final class LoadedTensors implements AutoCloseable {
  private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");
  private static final String CONVERSION =
      "python -c \"import torch; from safetensors.torch import save_file;"
          + " d = torch.load('%s', map_location='cpu', weights_only=True); d = d.get('state_dict', d);"
          + " save_file({k: v.contiguous() for k, v in d.items()}, '%s')\"";

  private final Map<String, Tensor> tensors;

  private LoadedTensors(Map<String, Tensor> tensors) {
    this.tensors = tensors;
  }

  /** As {@link #load(Path, UnaryOperator)} with the names that the file has. */
  static LoadedTensors load(Path path) {
    return load(path, UnaryOperator.identity());
  }

  /**
   * Reads a safetensors file, or a directory that holds one or several with an index.
   *
   * @param change names and shapes of the file to those that are wanted
   * @throws UserError when there is none, or a pickle in its place
   */
  static LoadedTensors load(Path path, UnaryOperator<Map<String, Tensor>> change) {
    refusePickle(path);
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(path)) {
      Map<String, Tensor> wanted = change.apply(store.load(store.names(), DType.F32));
      wanted.values().forEach(Tensor::retainReference);
      return new LoadedTensors(wanted);
    }
  }

  Map<String, Tensor> map() {
    return tensors;
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
  }

  private static void refusePickle(Path path) {
    if (Files.isDirectory(path)) {
      List<Path> files = Folder.list(path);
      if (files.stream().noneMatch(p -> p.toString().endsWith(".safetensors"))) {
        files.stream()
            .filter(LoadedTensors::isNamedLikeOne)
            .limit(1)
            .forEach(LoadedTensors::refuse);
      }
    } else if (!Files.exists(path)) {
      throw new UserError(
          "there is no file or directory " + path + PublishedCheckpoint.remedy(path));
    } else if (isNamedLikeOne(path) || beginsLikeOne(path)) {
      refuse(path);
    }
  }

  private static void refuse(Path file) {
    String name = file.toString();
    int dot = name.lastIndexOf('.');
    String converted =
        (dot > name.lastIndexOf('/') ? name.substring(0, dot) : name) + ".safetensors";
    throw new UserError(
        file
            + " is a pickle, which can run any program when it is read; convert it to safetensors once: "
            + conversion(name, converted));
  }

  /** The command that makes a safetensors file of a pickle. */
  static String conversion(String pickle, String file) {
    return CONVERSION.formatted(pickle, file);
  }

  private static boolean isNamedLikeOne(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return PICKLES.stream().anyMatch(name::endsWith);
  }

  /** A zip archive, as torch.save writes it, or the bare protocol. */
  private static boolean beginsLikeOne(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(2);
      return head.length == 2
          && (head[0] == 'P' && head[1] == 'K'
              || head[0] == (byte) 0x80 && head[1] <= 5 && head[1] >= 2)
          && !file.toString().endsWith(".safetensors");
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + StrictJson.fault(e), e);
    }
  }
}
