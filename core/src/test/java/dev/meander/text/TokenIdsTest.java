package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TokenIdsTest {
  @Test
  void idsBeyondTheEncodersAreNamed() {
    try (Scope scope = new Scope()) {
      Tensor table = Tensors.of(new float[] {0, 1, 2, 3, 4, 5}, 3, 2);
      assertThat(Tensors.floats(TokenIds.embed(table, Tensors.of(new long[] {2, 0}, 1, 2))))
          .containsExactly(4, 5, 0, 1);
      for (long wrong : new long[] {3, 999_999, -1}) {
        Tensor ids = Tensors.of(new long[] {0, wrong}, 1, 2);
        assertThatThrownBy(() -> TokenIds.embed(table, ids))
            .isInstanceOf(UserError.class)
            .hasMessageStartingWith("the tokenizer gives the token id " + wrong + ", but its text")
            .hasMessageContaining("ids 0 to 2 (vocab_size)");
      }
    }
  }
}
