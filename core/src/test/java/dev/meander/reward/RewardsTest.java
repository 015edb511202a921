package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.UserError;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rewards from outside, and what can be wrong with them. */
class RewardsTest {
  private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();

  @TempDir private Path jar;
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  public static final class SecondConstant implements RewardProvider {
    @Override
    public String name() {
      return "constant";
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    public Reward create(JsonNode config) {
      return samples -> new float[samples.size()];
    }
  }

  public static final class Throws implements RewardProvider {
    public Throws() {
      throw new IllegalStateException("no licence");
    }

    @Override
    public String name() {
      return "throws";
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    public Reward create(JsonNode config) {
      throw new UnsupportedOperationException();
    }
  }

  public static final class Late implements RewardProvider {
    @Override
    public String name() {
      return "late";
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

  public static final class NoRecord implements RewardProvider {
    @Override
    public String name() {
      return "no_record";
    }

    @Override
    public String description() {
      return "";
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Optional<Class<? extends Record>> settings() {
      return (Optional) Optional.of(NoRecord.class);
    }

    @Override
    public Reward create(JsonNode config) {
      throw new UnsupportedOperationException();
    }
  }

  @AfterEach
  void leave() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private void install(Class<?> provider) throws IOException {
    Path services = Files.createDirectories(jar.resolve("META-INF/services"));
    Files.writeString(services.resolve(RewardProvider.class.getName()), provider.getName());
    Thread.currentThread()
        .setContextClassLoader(new URLClassLoader(new URL[] {jar.toUri().toURL()}, before));
  }

  @Test
  void aNameThatIsTakenIsRefused() throws IOException {
    install(SecondConstant.class);

    assertThatThrownBy(Rewards::all)
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(SecondConstant.class.getName() + " (of ")
        .hasMessageContaining("name of a reward is taken by dev.meander.reward.simple.Constant");
  }

  @Test
  void aProviderThatThrowsIsNamed() throws IOException {
    install(Throws.class);

    assertThatThrownBy(Rewards::all)
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(Throws.class.getName() + " (of ")
        .hasMessageContaining("no licence");
  }

  @Test
  void settingsThatAreNoRecordAreRefused() throws IOException {
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
  void aRewardThatFailsWhileItIsMadeIsNamed() throws IOException {
    install(Late.class);

    assertThat(Rewards.provider("late")).isInstanceOf(Late.class);
    assertThatThrownBy(() -> Rewards.create("late", NOTHING))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining(Late.class.getName() + " (of ")
        .hasMessageContaining("not on Mondays");
  }
}
