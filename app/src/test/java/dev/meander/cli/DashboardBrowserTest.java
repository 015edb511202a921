package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.dashboard.server.Dashboard;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The dashboard as a person meets it, over runs that were really trained. */
@EnabledIf("dev.meander.cli.Browser#isThere")
class DashboardBrowserTest {
  private static final String RECIPE =
      """
      name: tiny
      rollouts: 2
      threads: 1
      model: {path: %s, t5_tokens: 2, height: 24, width: 24}
      sampling: {steps: 4, batch_size: 8}
      method: {credit: turning_point, weight: noise_aware}
      data: {prompts: "toybox:train", prompts_per_rollout: 2, group_size: 3}
      rewards: [{name: compositional, config: {mode: graded}}]
      policy: {type: lora, lora: {rank: 2, alpha: 4}}
      update: {batch_size: 4, learning_rate: {type: constant, peak: 1.0e-3, warm_up: 0}}
      evaluation: {prompts: "toybox:heldout", limit: 12, steps: 2, every: 1, reward: {name: compositional, config: {mode: strict}}}
      insight: {every: 1}
      """;

  /** What each view shows when all has come. */
  private static final Map<String, String> VIEWS =
      Map.of(
          "runs", "tr[data-run]",
          "curves", ".plot canvas",
          "pictures", ".card canvas",
          "credit", ".heat td",
          "spread", ".plot canvas",
          "settings", ".differs",
          "notices", "h2");

  @TempDir private static Path dir;
  private static Path runs;
  private static Path recipe;
  private static Dashboard dashboard;
  private static Browser browser;

  @BeforeAll
  static void begin() throws IOException {
    runs = Files.createDirectories(dir.resolve("runs"));
    recipe = Files.writeString(dir.resolve("tiny.yaml"), RECIPE.formatted(Cli.MODEL));
    train("one", 1, 3);
    train("two", 2, 2);
    dashboard = Dashboard.start(new Dashboard.Settings(runs, "127.0.0.1", 0, Optional.empty()));
    browser = new Browser();
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.close();
    }
    if (dashboard != null) {
      dashboard.close();
    }
  }

  private static void train(String name, int seed, int rollouts) {
    run(
        "train",
        recipe,
        "--out",
        runs.resolve(name),
        "--set",
        "seed=" + seed,
        "--set",
        "rollouts=" + rollouts);
  }

  private static void open(String view, String... chosen) {
    StringBuilder address = new StringBuilder("#/" + view + "?");
    for (String run : chosen) {
      address.append("run=").append(URLEncoder.encode(run, StandardCharsets.UTF_8)).append('&');
    }
    browser.open("about:blank");
    browser.open(URI.create(dashboard.address() + address.toString()));
    browser.wait("h2");
  }

  @Test
  void everyViewIsThereForEverybody() throws IOException {
    for (String theme : new String[] {"light", "dark"}) {
      for (int width : new int[] {1280, 390}) {
        browser.size(width, 900);
        for (String view : VIEWS.keySet()) {
          String where = view + ", " + theme + ", " + width;
          open(view, "one", "two");
          if (!browser.script("return document.documentElement.dataset.theme").equals(theme)) {
            browser.wait("#theme").click();
          }
          browser.wait(VIEWS.get(view));
          browser.assertFits(where);
          browser.assertAccessible(where);
          browser.assertQuiet(where);
          browser.picture("%s-%s-%d".formatted(view, theme, width));
        }
      }
    }
  }

  @Test
  void thePagesShowTheSameFromDisk() throws IOException {
    Path compare = dir.resolve("compare.html");
    Path probe = dir.resolve("probe.html");
    Path one = runs.resolve("one");
    run("compare", one, runs.resolve("two"), "--out", compare);
    run("explain", one);
    run("probe", recipe, "--prompts", 2, "--draws", 2, "--out", probe);
    Map<Path, String> pages =
        Map.of(
            one.resolve("report.html"),
            ".card canvas",
            compare,
            ".card canvas",
            one.resolve("explain.html"),
            ".moment canvas",
            probe,
            ".plot canvas");
    for (String theme : new String[] {"light", "dark"}) {
      for (int width : new int[] {1280, 390}) {
        browser.size(width, 900);
        for (Path page : pages.keySet()) {
          String where = page.getFileName() + ", " + theme + ", " + width;
          browser.open(page.toUri());
          if (!browser.script("return document.documentElement.dataset.theme").equals(theme)) {
            browser.wait("#theme").click();
          }
          browser.wait(pages.get(page));
          browser.wait(".plot canvas");
          browser.assertFits(where);
          browser.assertAccessible(where);
          browser.assertQuiet(where);
          browser.picture("page-%s-%s-%d".formatted(page.getFileName(), theme, width));
        }
      }
    }
    browser.size(1280, 900);
    browser.open(compare.toUri());
    assertThat(browser.text(".scores tbody")).contains("within noise");
    assertThat(browser.text(".noise")).isNotEmpty();
    browser.open(one.resolve("report.html").toUri());
    browser.wait(".scores .noise");
    browser.wait(".plot canvas");
    browser.wait(".enlarge").click();
    browser.wait("dialog canvas");
    browser.assertQuiet("an image, enlarged");
  }

  private static void run(Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertThat(result.status()).as(result.err()).isZero();
  }

  @Test
  void keysAreEnough() {
    browser.size(1280, 900);
    open("runs");
    browser.wait("thead button").sendKeys(Keys.ENTER); // the state
    assertThat(browser.wait("th[aria-sort=descending]").getText()).isEqualTo("State");
    browser.wait("tr[data-run=one] input").sendKeys(Keys.SPACE);
    browser.wait(".bar button").sendKeys(Keys.ENTER);
    browser.wait(".legend button");
    assertThat(browser.text(".legend")).isEqualTo("one");

    browser.wait(".plot canvas");
    browser.wait(".plot").sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(browser.text(".reading b")).matches("-?[0-9.e-]+");
    browser.wait(".plot").sendKeys("+", "0");
    browser.wait(".legend button").sendKeys(Keys.ENTER);
    browser.wait(".legend button[aria-pressed=false]");

    open("credit", "one");
    browser.wait(".heat tbody tr:nth-child(2) button").sendKeys(Keys.ENTER);
    assertThat(browser.wait(".heat tr.chosen button").getText()).isEqualTo("sample 1");
    assertThat(browser.focused().getText()).as("the focus stays").isEqualTo("sample 1");
    browser.wait(".moment .enlarge").sendKeys(Keys.ENTER);
    browser.wait("dialog canvas");
    String before = browser.text("dialog p");
    browser.focused().sendKeys(Keys.ARROW_RIGHT);
    assertThat(browser.text("dialog p")).isNotEqualTo(before).contains("sample 1");
    browser.focused().sendKeys(Keys.ESCAPE);
    Browser.until(
        "the dialog to close",
        () -> browser.all("dialog").findAny().isEmpty() ? Optional.of(true) : Optional.empty());
    browser.assertQuiet("keys");
  }

  @Test
  void picturesOfRunsStandSideBySide() {
    browser.size(1280, 900);
    open("pictures", "one", "two");
    browser.wait(".card canvas");
    assertThat(browser.text(".hint[role=status]"))
        .startsWith("The same prompts and the same noise");
    assertThat(browser.wait(".card .strip").getText())
        .contains("one", "two", "first, 0", "rollout");
    browser.wait("input[type=range]").sendKeys(Keys.HOME);
    Browser.until(
        "the first sheets",
        () ->
            browser.text("output").equals("0") && !browser.text(".card .strip").contains("first")
                ? Optional.of(true)
                : Optional.empty());
    browser.wait("input[type=search]").sendKeys("no such prompt");
    Browser.until(
        "no card",
        () -> browser.all(".card").findAny().isEmpty() ? Optional.of(true) : Optional.empty());
  }

  @Test
  void aTrainingIsWatchedWithoutAReload() throws InterruptedException {
    browser.size(1280, 900);
    open("runs");
    browser.script("window.stayed = true");
    Thread training = new Thread(() -> train("live", 3, 3));
    training.start();
    try {
      browser.wait("tr[data-run=live]");
      browser.wait("tr[data-run=live] .state.running, tr[data-run=live] .state.finished");
      browser.wait("tr[data-run=live] .state.finished");
    } finally {
      training.join();
    }
    assertThat(browser.text("tr[data-run=live] .progress")).startsWith("3/3");
    assertThat(browser.script("return window.stayed")).isEqualTo(true);
    browser.assertQuiet("live");
  }
}
