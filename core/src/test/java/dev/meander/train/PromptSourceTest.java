package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptProvider;
import dev.meander.testing.Providers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptSourceTest {
  @TempDir private Path jar;

  /** Two of the name {@code mine}. */
  public static class Mine implements PromptProvider {
    @Override
    public String name() {
      return "mine";
    }

    @Override
    public List<String> sets() {
      return List.of("cats");
    }

    @Override
    public List<Prompt> prompts(String set) {
      return List.of(Prompt.of("cat", "a cat"));
    }
  }

  public static final class Yours extends Mine {}

  public static final class Throws extends Mine {
    public Throws() {
      throw new IllegalStateException("no licence");
    }
  }

  @AfterEach
  void leave() {
    Providers.remove();
  }

  @Test
  void aSetOfAProviderIsFoundByName() {
    Providers.install(jar, PromptProvider.class, Mine.class);

    assertThat(PromptSource.load("mine:cats").get(0).text()).isEqualTo("a cat");
    assertThatThrownBy(() -> PromptSource.load("mine:dogs"))
        .isExactlyInstanceOf(UserError.class)
        .hasMessage("there is no prompt set mine:dogs; mine has cats");
  }

  @Test
  void aNameThatIsTakenIsRefused() {
    Providers.install(jar, PromptProvider.class, Mine.class, Yours.class);

    assertThatThrownBy(() -> PromptSource.load("mine:cats"))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(Yours.class.getName() + " (of ")
        .hasMessageContaining("calls itself mine, but that name of prompt sets is taken by")
        .hasMessageContaining(Mine.class.getName() + " (of ");
  }

  @Test
  void aProviderThatThrowsIsNamed() {
    Providers.install(jar, PromptProvider.class, Throws.class);

    assertThatThrownBy(() -> PromptSource.load("mine:cats"))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(Throws.class.getName() + " (of ")
        .hasMessageContaining("no licence");
  }

  @Test
  void aSetThatNobodyHasIsNamedWithTheArtifactThatHasIt() {
    assertThatThrownBy(() -> PromptSource.load("toybox:train"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no prompt set toybox:train")
        .hasMessageContaining("dev.meander:meander-toybox");
    assertThatThrownBy(() -> PromptSource.load("C:/none.txt"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none.txt");
  }
}
