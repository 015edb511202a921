package dev.meander.internal.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.weights.AtomicFile;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.Folder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/**
 * The checkpoints of one run, side by side in a directory.
 *
 * <p>A checkpoint is written aside, forced to disk and renamed, so that a crash or a full disk
 * leaves the earlier ones as they were and never a half one under a checkpoint's name.
 */
public final class Checkpoints {
  private static final Pattern NAME = Pattern.compile("step-[0-9]{8,18}");
  private static final String ASIDE = ".tmp-";

  private final Path root;
  private final int keepLast;

  /**
   * Nothing is created before the first save.
   *
   * @param root the directory for all checkpoints of the run
   * @param keepLast how many to keep; older ones are deleted after a successful save
   */
  public Checkpoints(Path root, int keepLast) {
    if (keepLast < 1) {
      throw new IllegalArgumentException("keepLast must be at least 1, found " + keepLast);
    }
    this.root = root;
    this.keepLast = keepLast;
  }

  /**
   * The newest usable checkpoint.
   *
   * @param skipped what was passed over, newest first, and why: for the user
   */
  public record Latest(Checkpoint checkpoint, List<String> skipped) {
    public Latest {
      skipped = List.copyOf(skipped);
    }
  }

  /**
   * Saves a checkpoint, then deletes the oldest beyond those to keep. One of the same step is
   * replaced.
   *
   * @param step the training steps that are done
   * @param state whatever else resuming needs: counters, generator states, the recipe
   * @param groups the tensors by group, then by name; each group becomes a safetensors file
   * @param metadata what the header of each file says
   * @return the checkpoint's directory
   * @throws UserError when it cannot be written; earlier checkpoints are untouched then
   */
  public Path save(
      long step,
      ObjectNode state,
      Map<String, Map<String, Tensor>> groups,
      Map<String, String> metadata) {
    Map<String, AtomicFile.Content> files = new LinkedHashMap<>();
    groups.forEach(
        (group, tensors) ->
            files.put(group + Checkpoint.SUFFIX, EngineTensors.content(tensors, metadata)));
    return write(step, state, files);
  }

  /** As {@link #save}, from contents by file name. */
  Path write(long step, ObjectNode state, Map<String, AtomicFile.Content> files) {
    String name = String.format("step-%08d", step);
    Path target = root.resolve(name);
    Path aside = root.resolve(ASIDE + name);
    try {
      Folder.delete(aside);
      Files.createDirectories(aside);
      writeAll(aside, files, stateJson(step, state));
      replace(aside, target);
      AtomicFile.forceDirectory(root);
    } catch (IOException e) {
      discard(aside);
      throw new UserError(
          "cannot save the checkpoint %s: %s; earlier checkpoints are untouched"
              .formatted(target, StrictJson.fault(e)),
          e);
    }
    prune();
    return target;
  }

  private static AtomicFile.Content stateJson(long step, ObjectNode state) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("format", Checkpoint.FORMAT).put("step", step).set("state", state);
    return AtomicFile.content(root.toPrettyString() + "\n");
  }

  private static void writeAll(
      Path aside, Map<String, AtomicFile.Content> files, AtomicFile.Content state)
      throws IOException {
    Map<String, AtomicFile.Content> all = new TreeMap<>(files);
    all.put(Checkpoint.STATE, state);
    Map<String, String> hashes = new TreeMap<>();
    for (Map.Entry<String, AtomicFile.Content> file : all.entrySet()) {
      hashes.put(file.getKey(), writeForced(aside.resolve(file.getKey()), file.getValue()));
    }
    writeForced(aside.resolve(Sha256Sums.FILE), AtomicFile.content(Sha256Sums.text(hashes)));
    AtomicFile.forceDirectory(aside);
  }

  private static String writeForced(Path file, AtomicFile.Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      Sha256.Channel hashing = new Sha256.Channel(channel);
      content.writeTo(hashing);
      channel.force(true);
      return hashing.hex();
    }
  }

  /** A directory cannot be renamed onto another, so the old one steps aside first. */
  private void replace(Path aside, Path target) throws IOException {
    Path old = setAside(target);
    Folder.delete(old);
    if (Files.exists(target)) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Old checkpoints, and what crashes left. What cannot be deleted waits for the next save. */
  private void prune() {
    List<Path> all = list();
    for (Path old : all.subList(Math.min(keepLast, all.size()), all.size())) {
      try {
        // Renamed first: what is left of an interrupted deletion must not look like a checkpoint.
        Files.move(old, setAside(old), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        continue;
      }
    }
    entries().stream()
        .filter(p -> p.getFileName().toString().startsWith(ASIDE))
        .forEach(Checkpoints::discard);
  }

  /** Deletes the checkpoint of a step that turned out to be of no use, where there is another. */
  public void drop(long step) {
    List<Path> all = list();
    Path useless = root.resolve(String.format("step-%08d", step));
    if (all.size() > 1 && all.contains(useless)) {
      try {
        Path aside = setAside(useless);
        Files.move(useless, aside, StandardCopyOption.ATOMIC_MOVE);
        discard(aside);
      } catch (IOException e) {
        throw new UserError("cannot delete " + useless + ": " + StrictJson.fault(e), e);
      }
    }
  }

  private Path setAside(Path checkpoint) {
    return root.resolve(ASIDE + "old-" + checkpoint.getFileName());
  }

  /** All checkpoint directories, newest first, usable or not. */
  public List<Path> list() {
    return entries().stream()
        .filter(p -> NAME.matcher(p.getFileName().toString()).matches())
        .sorted(Comparator.comparingLong(Checkpoints::stepOf).reversed())
        .toList();
  }

  private static long stepOf(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring("step-".length()));
  }

  private List<Path> entries() {
    return Files.exists(root) ? Folder.list(root) : List.of();
  }

  /**
   * The newest checkpoint whose files are all undamaged; empty when none was ever finished.
   *
   * @throws UserError when there are checkpoints but none can be used
   */
  public Optional<Latest> latest() {
    List<String> skipped = new ArrayList<>();
    for (Path entry : entries()) {
      if (entry.getFileName().toString().startsWith(ASIDE + "step-")) {
        skipped.add(entry + " was never finished");
      }
    }
    List<Path> all = list();
    for (Path directory : all) {
      try {
        return Optional.of(new Latest(Checkpoint.open(directory), skipped));
      } catch (UserError e) {
        skipped.add(e.getMessage());
      }
    }
    if (all.isEmpty()) {
      return Optional.empty();
    }
    throw new UserError(
        "no checkpoint in " + root + " can be used:\n" + String.join("\n", skipped));
  }

  private static void discard(Path directory) {
    try {
      Folder.delete(directory);
    } catch (IOException e) {
      // Left for the next save; its name keeps it from being taken for a checkpoint.
    }
  }
}
