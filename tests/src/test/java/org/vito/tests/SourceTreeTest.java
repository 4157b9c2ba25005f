package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules for files that no compiler looks at. */
class SourceTreeTest {
    private static final int LONGEST = 450; // lines
    private static final Pattern TEXT =
            Pattern.compile(".*\\.(java|proto|conf|js|css|html|xml|md|sh|yaml|yml)|.*/(vito|check|run)");
    private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules", "vito-data");
    private static final List<String> MODULES =
            List.of("protocol", "decode", "ingest", "augment", "learner", "evaluator", "deploy");

    private static final Path ROOT = root();

    @Test
    void aFileIsOneIdea() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : files()) {
            long lines = Files.readString(file, StandardCharsets.UTF_8).lines().count();
            if (lines > LONGEST && !file.endsWith("pom.xml")) {
                tooLong.add(ROOT.relativize(file) + ": " + lines);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void nothingIsLeftOpen() throws IOException {
        Pattern open = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
        List<String> left = new ArrayList<>();
        for (Path file : files()) {
            if (open.matcher(Files.readString(file, StandardCharsets.UTF_8)).find()) {
                left.add(ROOT.relativize(file).toString());
            }
        }
        assertThat(left).isEmpty();
    }

    @Test
    void everySettingIsExplained() {
        List<String> unexplained = new ArrayList<>();
        for (String module : MODULES) {
            Path file = ROOT.resolve(module).resolve("src/main/resources/reference.conf");
            assertThat(file).exists();
            Config config = ConfigFactory.parseFile(file.toFile()).resolve();
            assertThat(config.isEmpty()).as("settings of " + module).isFalse();
            collectUnexplained(module + ":", config.root(), false, unexplained);
        }
        assertThat(unexplained).isEmpty();
    }

    /**
     * A key is explained by the comment above it; keys on lines that follow each other share one, and what a commented
     * dispatcher is made of is Akka's to explain.
     */
    private static void collectUnexplained(String path, ConfigObject group, boolean explained, List<String> to) {
        List<Map.Entry<String, ConfigValue>> entries = new ArrayList<>(group.entrySet());
        entries.sort(Comparator.comparingInt(e -> e.getValue().origin().lineNumber()));
        int explainedLine = -1;
        for (Map.Entry<String, ConfigValue> entry : entries) {
            ConfigValue value = entry.getValue();
            int line = value.origin().lineNumber();
            boolean here = explained
                    || !value.origin().comments().isEmpty()
                    || line == explainedLine
                    || line == explainedLine + 1;
            String key = path + " " + entry.getKey();
            if (value.valueType() == ConfigValueType.OBJECT && !((ConfigObject) value).isEmpty()) {
                collectUnexplained(
                        key,
                        (ConfigObject) value,
                        explained || (here && entry.getKey().endsWith("dispatcher")),
                        to);
            } else if (!here) {
                to.add(key + " (line " + line + ")");
            }
            if (here) {
                explainedLine = line;
            }
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(ROOT)) {
            List<Path> files = all.filter(file -> TEXT.matcher(file.toString()).matches())
                    .filter(SourceTreeTest::isOurs)
                    .filter(Files::isRegularFile)
                    .toList();
            assertThat(files).hasSizeGreaterThan(50);
            return files;
        }
    }

    private static boolean isOurs(Path file) {
        for (Path part : ROOT.relativize(file)) {
            if (NOT_OURS.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }

    private static Path root() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.exists(p.resolve("protocol/pom.xml")) && Files.exists(p.resolve("tests/pom.xml"))) {
                return p;
            }
        }
        throw new IllegalStateException("the tests do not run inside the project");
    }
}
