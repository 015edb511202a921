package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.model.flux.FluxConfig;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counts by hand, in tensors of D features a token. */
class BlockMemoryTest {
  private static final FluxConfig FLUX =
      new FluxConfig(1, 16, null, 3, 5, 8, 2, 20, 8, true, List.of(2, 2, 4));
  private static final Sd3Config SD3 =
      new Sd3Config(8, 2, 4, null, 4, 8, 2, 24, 16, 8, 8, List.of(0, 1), "rms_norm");

  private static LoraConfig lora(String... targets) {
    return new LoraConfig(2, 2, List.of(targets), LoraInit.GAUSSIAN);
  }

  private static List<BlockMemory> flux(LoraConfig lora, int bytes) {
    return FLUX.blocks(new BlockMemory.Use(lora, bytes, 0.5));
  }

  private static List<BlockMemory> sd3(LoraConfig lora, int bytes) {
    return SD3.blocks(new BlockMemory.Use(lora, bytes, 0.5));
  }

  @Test
  void fluxWithAdaptersOfAttention() {
    LoraConfig attention = lora("attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0");
    assertThat(flux(attention, 4))
        .containsExactly(new BlockMemory(3, 28, 8, 14), new BlockMemory(5, 25, 6, 12));
  }

  @Test
  void inBfloat16NormsAndPositionsAreFloat32() {
    // Twice: to float32 (2), turned (2), back (1); and queries and keys before their norms, 2 each.
    assertThat(flux(lora("attn.to_q"), 2))
        .containsExactly(
            new BlockMemory(3, 26 + 10, 2, 12 + 1 + 2), new BlockMemory(5, 23 + 10, 2, 11 + 1 + 2));
  }

  @Test
  void fluxWithAdaptersOfTheFeedForward() {
    assertThat(flux(lora("ff.net.0.proj", "ff.net.2"), 4))
        .containsExactly(new BlockMemory(3, 28, 2 * 5, 12 + 1 + 4), new BlockMemory(5, 25, 0, 11));
    // proj_out reads attention and feed-forward together, 1 + 4 widths.
    assertThat(flux(lora("proj_mlp", "proj_out"), 4))
        .containsExactly(new BlockMemory(3, 28, 0, 12), new BlockMemory(5, 25, 2 * 5, 11 + 1 + 5));
  }

  @Test
  void allWeights() {
    assertThat(flux(null, 4))
        .containsExactly(
            new BlockMemory(3, 28, 0, 12 + 2 + 5 + 4), new BlockMemory(5, 25, 0, 11 + 1 + 5 + 2));
  }

  @Test
  void sd3SpreadsItsSecondAttention() {
    // 6 in half of the blocks, for the half of the tokens that are the image's.
    assertThat(sd3(lora("attn.to_q"), 4)).containsExactly(new BlockMemory(4, 26, 2, 13 + 1.5));
    assertThat(sd3(null, 4)).containsExactly(new BlockMemory(4, 26, 0, 12 + 2 + 5 + 4 + 1.5));
  }
}
