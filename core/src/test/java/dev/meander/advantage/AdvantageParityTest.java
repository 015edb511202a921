package dev.meander.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Against flow_grpo's per-prompt statistics. */
class AdvantageParityTest {
  @Test
  void bothSpreadsAgree() throws IOException {
    JsonNode cases = fixture().get("cases");
    assertThat(cases).hasSizeGreaterThan(3);
    for (JsonNode one : cases) {
      assertAgrees(one, "group_std", new GroupStd());
      assertAgrees(one, "global_std", new GlobalStd());
    }
  }

  private static void assertAgrees(JsonNode one, String key, StdScope scope) {
    int count = one.get("groups").size();
    long[] ids = new long[count];
    double[][] rewards = new double[count][1];
    int groupSize = 0;
    for (int i = 0; i < count; i++) {
      ids[i] = one.get("groups").get(i).longValue();
      rewards[i][0] = one.get("rewards").get(i).doubleValue();
      groupSize += ids[i] == ids[0] ? 1 : 0;
    }
    double[][] actual = new GroupAdvantage(groupSize, scope, 5).advantages(ids, rewards).values();
    for (int i = 0; i < count; i++) {
      assertThat(actual[i][0])
          .as("%s, %s, sample %d", one.get("name"), key, i)
          .isCloseTo(one.get(key).get(i).doubleValue(), within(1e-12));
    }
  }

  private static JsonNode fixture() throws IOException {
    try (InputStream in = AdvantageParityTest.class.getResourceAsStream("/parity/advantage.json")) {
      return new JsonMapper().readTree(in);
    }
  }
}
