package dev.meander.cli.check;

import dev.meander.cli.text.Bytes;
import dev.meander.train.MemoryPlan;
import java.util.List;
import java.util.OptionalInt;

/** What {@code meander plan} says of the memory. */
final class MemoryCheck implements Check {
  @Override
  public String subject() {
    return "memory";
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    MemoryPlan plan =
        MemoryPlan.of(rehearsal.config(), rehearsal.sizes().get(), rehearsal.progress());
    MemoryPlan.Phase peak = plan.peak();
    String most = "%s at most, in the phase %s".formatted(Bytes.text(peak.bytes()), peak.name());
    if (rehearsal.memory().isEmpty()) {
      return List.of(
          Line.ok(subject(), most + "; --memory SIZE compares that with the GPU's memory"));
    }
    long available = rehearsal.memory().getAsLong();
    if (peak.bytes() <= available) {
      return List.of(Line.ok(subject(), most + ", of " + Bytes.text(available)));
    }
    rehearsal.pipeline().withhold("would not fit into memory");
    return List.of(
        Line.problem(
            subject(),
            "%s, and there are %s".formatted(most, Bytes.text(available)),
            "the largest that fits is %s for sampling.batch_size and %s for update.batch_size; model.dtype: bfloat16, model.text_encoders: free and update.gradient_checkpointing: true take less (docs/memory.md)"
                .formatted(
                    batch(plan.largestSamplingBatch(available)),
                    batch(plan.largestUpdateBatch(available)))));
  }

  private static String batch(OptionalInt batch) {
    return batch.isPresent() ? Integer.toString(batch.getAsInt()) : "none (1 is too large)";
  }
}
