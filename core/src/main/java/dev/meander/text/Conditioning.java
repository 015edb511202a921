package dev.meander.text;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the text encoders say about a batch of prompts. Prompts of different lengths are padded with
 * rows of zeros, here and nowhere else.
 *
 * @param tokens [B, S, joint dimension], token by token
 * @param lengths [B] int64: how many of the S rows are tokens of each prompt, the rest is padding
 * @param pooled [B, P], the whole prompt; empty for models that take none
 * @param guidance [B] float32, the scale that a guidance-distilled model is told; empty where
 *     nothing is said of it
 */
public record Conditioning(
    Tensor tokens, Tensor lengths, Optional<Tensor> pooled, Optional<Tensor> guidance) {
  /** What a guidance-distilled model is told where nobody says anything else: FLUX.1-dev's. */
  public static final double USUAL_GUIDANCE = 3.5;

  /** Prompts that are all S tokens long, without a guidance scale. */
  public Conditioning(Tensor tokens, Tensor pooled) {
    this(tokens, whole(tokens), Optional.of(pooled), Optional.empty());
  }

  private static Tensor whole(Tensor tokens) {
    return torch.full(
        new long[] {tokens.size(0)},
        new Scalar(tokens.size(1)),
        on(tokens.device(), ScalarType.Long));
  }

  private static TensorOptions on(Device device, ScalarType type) {
    return Tensors.options(type).device(new DeviceOptional(device));
  }

  public long batch() {
    return tokens.size(0);
  }

  /** S: how long the longest of the prompts may be. */
  public long width() {
    return tokens.size(1);
  }

  /** The pooled text, for a model that needs it. */
  public Tensor requirePooled() {
    return pooled.orElseThrow(
        () -> new IllegalStateException("the text encoders gave no pooled output"));
  }

  /** Which rows are tokens and not padding: [B, S] bool. */
  public Tensor mask() {
    long[] rows = LongStream.range(0, width()).toArray();
    Tensor row = Tensors.of(rows, 1, width()).to(tokens.device(), ScalarType.Long);
    return row.lt(lengths.unsqueeze(1));
  }

  /** The same prompts, with the guidance scale that a guidance-distilled model is told. */
  public Conditioning guided(double scale) {
    Tensor all =
        torch.full(new long[] {batch()}, new Scalar(scale), on(tokens.device(), ScalarType.Float));
    return new Conditioning(tokens, lengths, pooled, Optional.of(all));
  }

  /** The rows {@code index} [N] int64 of this batch, repeats allowed. */
  public Conditioning select(Tensor index) {
    return map(t -> t.index_select(0, index));
  }

  /** The rows {@code start} to {@code start + count - 1}. */
  public Conditioning narrow(long start, long count) {
    return map(t -> t.narrow(0, start, count));
  }

  /** The same, whose tensors outlive the scope they were made in. */
  public Conditioning keptBy(Scope scope) {
    return map(scope::keep);
  }

  private Conditioning map(UnaryOperator<Tensor> each) {
    return new Conditioning(
        each.apply(tokens), each.apply(lengths), pooled.map(each), guidance.map(each));
  }

  /**
   * This batch followed by {@code other}; the one with the shorter prompts is padded.
   *
   * @throws IllegalArgumentException when only one of them has guidance scales, or a pooled text
   */
  public Conditioning concat(Conditioning other) {
    return concat(List.of(this, other));
  }

  /** All batches, one after the other; see {@link #concat(Conditioning)}. */
  public static Conditioning concat(List<Conditioning> all) {
    long width = all.stream().mapToLong(Conditioning::width).max().orElseThrow();
    return new Conditioning(
        join(all.stream().map(c -> c.padded(width)).toList()),
        join(all.stream().map(Conditioning::lengths).toList()),
        joinAny(all, Conditioning::pooled, "a pooled text"),
        joinAny(all, Conditioning::guidance, "guidance scales"));
  }

  private Tensor padded(long width) {
    return width == width() ? tokens : torch.pad(tokens, 0, 0, 0, width - width());
  }

  private static Tensor join(List<Tensor> parts) {
    return Tensors.cat(0, parts.toArray(Tensor[]::new));
  }

  private static Optional<Tensor> joinAny(
      List<Conditioning> all, Function<Conditioning, Optional<Tensor>> part, String what) {
    List<Tensor> there = all.stream().map(part).flatMap(Optional::stream).toList();
    if (!there.isEmpty() && there.size() < all.size()) {
      throw new IllegalArgumentException("only some of the batches have " + what);
    }
    return there.isEmpty() ? Optional.empty() : Optional.of(join(there));
  }
}
