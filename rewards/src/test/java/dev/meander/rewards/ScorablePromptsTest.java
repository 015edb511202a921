package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.config.ConfigFile;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Rewards;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What rewards say of prompts before any picture is made. */
class ScorablePromptsTest {
  private static String said(String reward, String prompt, String metadata) {
    List<String> problems =
        Rewards.provider(reward)
            .promptCheck(ConfigFile.parse("{}", "test"))
            .problems(new Prompt("1", prompt, ConfigFile.parse(metadata, "test")));
    return String.join("; ", problems);
  }

  private static String sees(String clause) {
    return said(
        "compositional", "a photo", "{\"tag\": \"single_object\", \"include\": [" + clause + "]}");
  }

  @Test
  void unseenClassesAndColoursAreNamed() {
    assertThat(sees("{\"class\": \"circle\", \"count\": 1, \"color\": \"red\"}")).isEmpty();
    assertThat(sees("{\"class\": \"bench\", \"count\": 1}"))
        .contains("it sees no class bench, known: circle")
        .contains("the reward geneval");
    assertThat(sees("{\"class\": \"Circle\", \"count\": 1}")).contains("did you mean circle?");
    assertThat(sees("{\"class\": \"circle\", \"count\": 1, \"color\": \"white\"}"))
        .contains("it sees no color white");
  }

  @Test
  void metadataOfAnotherFormIsNamed() {
    assertThat(said("compositional", "a photo", "{\"tag\": \"counting\", \"include\": \"[1]\"}"))
        .contains("include is a string that holds JSON");
    assertThat(said("compositional", "a photo", "{}")).contains("tag must be one of");
  }

  @Test
  void textNeedsItsQuotes() {
    for (String reward : List.of("ocr", "compositional")) {
      assertThat(said(reward, "a sign \"OPEN\"", "{\"tag\": \"text\"}")).isEmpty();
      assertThat(said(reward, "a sign", "{\"tag\": \"text\"}")).contains("double quotes: a sign");
      assertThat(said(reward, "a sign \u201cOPEN\u201d", "{\"tag\": \"text\"}"))
          .contains("and not curly");
    }
  }
}
