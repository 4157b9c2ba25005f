package org.vito.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private enum Shape {
        ROUND,
        NOT_SO_ROUND
    }

    @TempDir
    private Path directory;

    @Test
    void goodValuesAreRead() throws IOException {
        Settings settings = settings(
                """
                text = abc, empty = "", list = [a, b], flag = on, whole = 7, big = 10000000000, wholes = [1, 2]
                number = 2.5, size = 64MiB, time = 5s, dir = some/where, shape = not-so-round, in { deeper = 1 }
                """);
        assertThat(settings.text("text")).isEqualTo("abc");
        assertThat(settings.text("empty")).isEmpty();
        assertThat(settings.texts("list")).isEqualTo(List.of("a", "b"));
        assertThat(settings.flag("flag")).isTrue();
        assertThat(settings.whole("whole", 7, 7)).isEqualTo(7);
        assertThat(settings.whole("big", 0L, Long.MAX_VALUE)).isEqualTo(10_000_000_000L);
        assertThat(settings.wholes("wholes")).isEqualTo(List.of(1, 2));
        assertThat(settings.number("number", 0, 3)).isEqualTo(2.5);
        assertThat(settings.bytes("size", 1)).isEqualTo(64 << 20);
        assertThat(settings.duration("time")).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.path("dir")).isEqualTo(Path.of("some", "where"));
        assertThat(settings.choice("shape", Shape.class)).isEqualTo(Shape.NOT_SO_ROUND);
        assertThat(settings.in("in").whole("deeper", 0, 1)).isEqualTo(1);
    }

    @Test
    void aBadValueIsRefusedWithKeyValueWhatIsAllowedAndWhereItStands() throws IOException {
        assertThat(refused("# first line\nsome = 9", s -> s.whole("some", 1, 8)))
                .contains("vito.part.some = 9", "a whole number from 1 to 8", "test.conf: 3");
    }

    @Test
    void everyKindOfBadValueNamesItself() throws IOException {
        assertNames("some = 0", s -> s.whole("some", 1, 8), "= 0:", "from 1 to 8");
        assertNames("some = 2.7", s -> s.whole("some", 1, 8), "= 2.7:", "a whole number");
        assertNames("some = many", s -> s.whole("some", 1, 8), "\"many\"", "a whole number from 1 to 8");
        assertNames("some = 9999999999", s -> s.whole("some", 1, 8), "9999999999", "from 1 to 8");
        assertNames("some = 1.5", s -> s.number("some", 0, 1), "1.5", "from 0.0 to 1.0");
        assertNames("some = NaN", s -> s.number("some", 0, 1), "NaN", "from 0.0 to 1.0");
        assertNames("some = [1]", s -> s.number("some", 0, 1), "[1]", "a number");
        assertNames("some = perhaps", s -> s.flag("some"), "perhaps", "true or false");
        assertNames("some = 1 stone", s -> s.bytes("some", 1), "1 stone", "a size such as");
        assertNames("some = 1k", s -> s.bytes("some", 4096), "1k", "at least 4096 bytes");
        assertNames("some = soon", s -> s.duration("some"), "soon", "a duration such as");
        assertNames("some = -1s", s -> s.duration("some"), "-1s", "at least 0");
        assertNames("some = { a = 1 }", s -> s.text("some"), "{\"a\":1}", "text");
        assertNames("some = a", s -> s.texts("some"), "\"a\"", "a list of texts");
        assertNames("some = [1, x]", s -> s.wholes("some"), "[1,\"x\"]", "whole numbers");
        assertNames("some = [1, x]", s -> s.numbers("some"), "[1,\"x\"]", "a list of numbers");
        assertNames("some = 1", s -> s.in("some"), "= 1:", "a group of settings");
        assertNames("some = square", s -> s.choice("some", Shape.class), "square", "one of round, not-so-round");
        assertNames("some = \"a\\u0000b\"", s -> s.path("some"), "a\\u0000b", "a path");
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertThat(refused("other = 1", s -> s.whole("some", 1, 8)))
                .contains("vito.part.some is not set", "a whole number from 1 to 8");
        assertThat(refused("some = null", s -> s.text("some"))).contains("vito.part.some is not set", "text");
        assertThat(refused("inner { x = 1 }", s -> s.in("inner").flag("y"))).contains("vito.part.inner.y is not set");
        assertThatExceptionOfType(VitoException.class)
                .isThrownBy(() -> Settings.at(ConfigFactory.empty(), "vito.part"))
                .withMessageContaining("vito.part is not set");
    }

    @Test
    void whatAModuleChecksItselfIsRefusedTheSameWay() throws IOException {
        assertThat(refused("some = 5", s -> {
                    s.check("some", false, "an even number");
                    return 0;
                }))
                .contains("vito.part.some = 5", "an even number", "test.conf: 2");
    }

    private void assertNames(String line, Function<Settings, ?> read, String value, String expected)
            throws IOException {
        assertThat(refused(line, read)).contains("vito.part.some", value, expected, "test.conf: 2");
    }

    private String refused(String lines, Function<Settings, ?> read) throws IOException {
        Settings settings = settings(lines);
        VitoException refused = assertThatExceptionOfType(VitoException.class)
                .isThrownBy(() -> read.apply(settings))
                .actual();
        assertThat(refused.reason()).isEqualTo(Reason.BAD_SETTING);
        return String.valueOf(refused.getMessage());
    }

    private Settings settings(String lines) throws IOException {
        Path file = Files.writeString(directory.resolve("test.conf"), "vito.part {\n" + lines + "\n}");
        return Settings.at(ConfigFactory.parseFile(file.toFile()), "vito.part");
    }
}
