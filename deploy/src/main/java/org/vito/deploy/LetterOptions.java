package org.vito.deploy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vito.deploy.letters.LetterFilter;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options by which dead letters are picked. */
@Command
final class LetterOptions {
    @Option(
            names = "--stage",
            order = 10,
            paramLabel = "STAGE",
            description = "Only of this stage or its parts: ingest takes ingest.fetch in. May be given many times.")
    Set<String> stages = new LinkedHashSet<>();

    @Option(
            names = "--reason",
            order = 11,
            paramLabel = "CODE",
            description = "Only with this reason code, e.g. UNREACHABLE. May be given many times.")
    Set<String> reasons = new LinkedHashSet<>();

    @Option(
            names = "--since",
            order = 12,
            paramLabel = "TIME",
            description =
                    "Only written since: how long ago (90s, 2h, 3d), a date or a time in UTC (2026-11-25T08:00:00Z).")
    @Nullable
    String since;

    /** What the options ask for. @throws VitoException BAD_SETTING if one cannot be understood */
    LetterFilter filter(Instant now) {
        Set<String> known = Arrays.stream(Reason.values()).map(Enum::name).collect(Collectors.toSet());
        Set<String> codes =
                reasons.stream().map(r -> r.toUpperCase(Locale.ROOT)).collect(Collectors.toSet());
        for (String code : codes) {
            if (!known.contains(code)) {
                throw new VitoException(
                        Reason.BAD_SETTING, "--reason %s: expected one of %s".formatted(code, new TreeSet<>(known)));
            }
        }
        return new LetterFilter(
                stages,
                codes,
                since == null ? Long.MIN_VALUE : time("--since", since, now).toEpochMilli());
    }

    boolean isEmpty() {
        return stages.isEmpty() && reasons.isEmpty() && since == null;
    }

    /** The Kafka that the common options name. */
    static KafkaAccess kafka(CommonOptions common) {
        Config config = common.configuration(ConfigFactory.empty(), List.of());
        Logging.toConsole(common.verbose());
        return KafkaAddress.existing(config);
    }

    static Instant time(String option, String text, Instant now) {
        try {
            if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
                return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            if (text.matches("[0-9]{4}-.*")) {
                return Instant.parse(text);
            }
        } catch (DateTimeParseException e) {
            throw new VitoException(
                    Reason.BAD_SETTING, option + " " + text + ": expected a time in UTC as in 2026-11-25T08:00:00Z", e);
        }
        return now.minusNanos(1000 * CommandTimes.microseconds(option, text));
    }
}
