package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.UserError;
import dev.meander.testing.Providers;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rewards from outside, and what can be wrong with them. */
class RewardsTest {
  private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();

  @TempDir private Path jar;

  /** What somebody else might put on the class path. */
  public abstract static class Outside implements RewardProvider {
    private final String name;

    Outside(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    public Reward create(JsonNode config) {
      throw new UnsupportedOperationException("not on Mondays");
    }
  }

  public static final class SecondConstant extends Outside {
    public SecondConstant() {
      super("constant");
    }
  }

  public static final class Throws extends Outside {
    public Throws() {
      super("throws");
      throw new IllegalStateException("no licence");
    }
  }

  public static final class Late extends Outside {
    public Late() {
      super("late");
    }
  }

  public static final class NoRecord extends Outside {
    public NoRecord() {
      super("no_record");
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Optional<Class<? extends Record>> settings() {
      return (Optional) Optional.of(NoRecord.class);
    }
  }

  @AfterEach
  void leave() {
    Providers.remove();
  }

  private void install(Class<?> provider) {
    Providers.install(jar, RewardProvider.class, provider);
  }

  @Test
  void aNameThatIsTakenIsRefused() {
    install(SecondConstant.class);

    assertThatThrownBy(Rewards::all)
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(SecondConstant.class.getName() + " (of ")
        .hasMessageContaining("name of a reward is taken by dev.meander.reward.simple.Constant");
  }

  @Test
  void aProviderThatThrowsIsNamed() {
    install(Throws.class);

    assertThatThrownBy(Rewards::all)
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(Throws.class.getName() + " (of ")
        .hasMessageContaining("no licence");
  }

  @Test
  void settingsThatAreNoRecordAreRefused() {
    install(NoRecord.class);

    assertThatThrownBy(Rewards::all)
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining("settings of the reward no_record are")
        .hasMessageContaining("which is not a record; its provider is " + NoRecord.class.getName());
  }

  @Test
  void everyRewardOfTheLibraryListsItsSettings() {
    assertThat(Rewards.all())
        .filteredOn(r -> r.getClass().getPackageName().matches(".*(simple|remote|preference)"))
        .hasSizeGreaterThan(8)
        .allMatch(r -> r.settings().isPresent());
  }

  @Test
  void aRewardThatFailsWhileItIsMadeIsNamed() {
    install(Late.class);

    assertThat(Rewards.provider("late")).isInstanceOf(Late.class);
    assertThatThrownBy(() -> Rewards.create("late", NOTHING))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(Late.class.getName() + " (of ")
        .hasMessageContaining("not on Mondays");
  }
}
