package org.vito.tests;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The live page in a real, headless Chromium. */
final class Page implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<Path> BROWSERS =
            List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"));
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private final ChromeDriver driver;

    private Page(ChromeDriver driver) {
        this.driver = driver;
    }

    static boolean canBeOpened() {
        return BROWSERS.stream().anyMatch(Files::isExecutable) && Files.isExecutable(DRIVER);
    }

    /** Opens {@code address} in a browser whose profile is in {@code directory}. */
    static Page open(URI address, Path directory) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(BROWSERS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow()
                .toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--window-size=1400,1600",
                "--user-data-dir=" + directory);
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(DRIVER.toString()))
                .usingAnyFreePort()
                .build();
        ChromeDriver driver = new ChromeDriver(service, options);
        driver.get(address.toString());
        return new Page(driver);
    }

    /** Waits until the element's text is as wanted. */
    void awaitText(String id, Predicate<String> wanted) {
        new WebDriverWait(driver, PATIENCE)
                .withMessage(() -> "#" + id + " shows '" + text(id) + "'")
                .until(d -> wanted.test(text(id)));
    }

    /** Waits until so many pictures of element {@code id} have come, the browser being shown all of them. */
    void awaitPictures(String id, int count) {
        String come = "const all = [...document.querySelectorAll('#' + arguments[0] + ' img')];"
                + "all.forEach(image => image.loading = 'eager');"
                + "return all.filter(image => image.complete && image.naturalWidth > 0).length;";
        new WebDriverWait(driver, PATIENCE)
                .withMessage(() -> "of " + count + " pictures have come: " + driver.executeScript(come, id))
                .until(d -> Long.valueOf(count).equals(driver.executeScript(come, id)));
    }

    /** What is shown of element {@code id}, read at one moment: the page may draw it anew at any time. */
    String text(String id) {
        return (String) Objects.requireNonNull(
                driver.executeScript("return document.getElementById(arguments[0]).innerText;", id));
    }

    String attribute(String id, String name) {
        return (String) Objects.requireNonNull(driver.executeScript(
                "return document.getElementById(arguments[0]).getAttribute(arguments[1]) ?? '';", id, name));
    }

    /** Waits until a table's rows, each one line of text with single spaces, are as wanted. */
    void awaitRows(String id, Predicate<List<String>> wanted) {
        new WebDriverWait(driver, PATIENCE)
                .withMessage(() -> "rows of #" + id + " are " + rows(id))
                .until(d -> wanted.test(rows(id)));
    }

    private List<String> rows(String id) {
        String read = "return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')]"
                + ".map(row => row.innerText.replace(/\\s+/g, ' ').trim());";
        return ((List<?>) Objects.requireNonNull(driver.executeScript(read, id)))
                .stream().map(String.class::cast).toList();
    }

    /** Whether anything is drawn on the canvas in element {@code id}. */
    boolean painted(String id) {
        Object colours = driver.executeScript(
                "const c = document.querySelector('#' + arguments[0] + ' canvas');"
                        + "const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
                        + "const seen = new Set();"
                        + "for (let i = 0; i < p.length; i += 4) seen.add(p[i] << 24 | p[i+1] << 16 | p[i+2] << 8 | p[i+3]);"
                        + "return seen.size;",
                id);
        return colours instanceof Long number && number > 2;
    }

    /** Errors and warnings of the page's scripts and resources. */
    List<String> complaints() {
        Stream<LogEntry> entries = driver.manage().logs().get(LogType.BROWSER).getAll().stream();
        return entries.filter(e -> e.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
