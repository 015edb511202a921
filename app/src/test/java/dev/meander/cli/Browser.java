package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The Chromium of this machine, without a window. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final ChromeDriver driver;

  Browser() {
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program(NAMES).orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars");
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program(List.of("chromedriver")).orElseThrow().toFile())
            .withLogOutput(OutputStream.nullOutputStream())
            .build();
    driver = new ChromeDriver(service, options);
  }

  /** Whether this machine has one, with its driver. */
  static boolean isThere() {
    return program(NAMES).isPresent() && program(List.of("chromedriver")).isPresent();
  }

  private static Optional<Path> program(List<String> names) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(folder -> names.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The size of the page, as of a phone or a screen. */
  void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  void open(Object address) {
    driver.get(address.toString());
  }

  Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** The first visible element of that selector, which may still have to come. */
  WebElement wait(String selector) {
    return until(selector, () -> all(selector).filter(WebElement::isDisplayed).findFirst());
  }

  /** Waits for something. */
  static <T> T until(String what, Supplier<Optional<T>> found) {
    Instant end = Instant.now().plus(PATIENCE);
    RuntimeException last = null;
    while (Instant.now().isBefore(end)) {
      try {
        Optional<T> it = found.get();
        if (it.isPresent()) {
          return it.get();
        }
      } catch (StaleElementReferenceException e) {
        last = e; // drawn anew meanwhile
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    throw new AssertionError("waited in vain for " + what, last);
  }

  Stream<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector)).stream();
  }

  String text(String selector) {
    return wait(selector).getText();
  }

  /** The element that the keyboard writes to. */
  WebElement focused() {
    return driver.switchTo().activeElement();
  }

  /** Asserts that nobody is kept out: contrast, names, roles, order. */
  void assertAccessible(String where) {
    driver.executeScript(axe());
    Object found =
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations']}).then(
              (r) => done(r.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.target + ' ' + n.failureSummary))),
              (e) => done([String(e)]));
            """);
    assertThat((List<?>) found).as("axe at " + where).isEmpty();
  }

  private static String axe() {
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asserts that the console was told nothing: no error, no refused content. */
  void assertQuiet(String where) {
    assertThat(driver.manage().logs().get(LogType.BROWSER).getAll())
        .as("console at " + where)
        .extracting(LogEntry::getMessage)
        .isEmpty();
  }

  /** Asserts that nothing sticks out to the right. */
  void assertFits(String where) {
    assertThat(script("return document.documentElement.scrollWidth - window.innerWidth"))
        .as("pixels beyond the right edge at " + where)
        .isEqualTo(0L);
  }

  /** Writes an image of the page where the property dashboard.screenshots says, if it does. */
  void picture(String name) throws IOException {
    String folder = System.getProperty("dashboard.screenshots");
    if (folder != null) {
      Path file = Path.of(folder, name + ".png");
      Files.createDirectories(file.getParent());
      Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
