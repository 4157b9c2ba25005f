package org.vito.tests;

import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topic;

/**
 * The system as its users have it: {@code vito} commands in processes of their own over one data directory, looked at
 * through Kafka and the page alone.
 */
final class SystemUnderTest implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);

    /** A killed member's partitions are another's as soon as a broker allows by itself, while heartbeats may be late. */
    private static final String CLIENT = "session.timeout.ms=6000\nheartbeat.interval.ms=1000\n";

    private static final Pattern KAFKA = Pattern.compile("kafka +([0-9.a-z:]+)");

    private final Path directory;
    private final Map<String, VitoProcess> processes = new LinkedHashMap<>();
    private final Map<String, TopicLog<?>> logs = new HashMap<>();
    private @Nullable KafkaAccess kafka;

    SystemUnderTest(Path directory) {
        this.directory = directory;
    }

    Path data() {
        return directory.resolve("data");
    }

    /** Starts {@code vito command options…} on this system's data directory. */
    VitoProcess start(String command, String... options) throws Exception {
        return start(command, data(), command, options);
    }

    /** Starts {@code vito command options…} on a data directory of its own, as on another machine. */
    VitoProcess startElsewhere(String name, String command, String... options) throws Exception {
        return start(name, directory.resolve("data-" + name), command, options);
    }

    private VitoProcess start(String name, Path data, String command, String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of(command.split(" ")));
        line.addAll(List.of("--data", data.toString()));
        if (kafka != null && !command.equals("broker")) {
            Path client = directory.resolve("client.properties");
            if (!Files.exists(client)) { // else a process that starts beside may be reading it
                Files.writeString(client, CLIENT);
            }
            line.addAll(List.of("-b", kafka.bootstrapServers(), "--client-properties", client.toString()));
        }
        line.addAll(List.of(options));
        VitoProcess process = VitoProcess.start(name.replace(' ', '-'), directory, line);
        processes.put(name, process);
        if (kafka == null) {
            kafka = KafkaAccess.to(guarded(() -> process.said(KAFKA, START)));
        }
        return process;
    }

    KafkaAccess kafka() {
        if (kafka == null) {
            throw new IllegalStateException("nothing was started");
        }
        return kafka;
    }

    /** What {@code topic} holds. */
    @SuppressWarnings("unchecked") // a topic's log holds the topic's messages
    <T extends Message> TopicLog<T> log(Topic<T> topic) {
        return (TopicLog<T>) logs.computeIfAbsent(topic.name(), n -> TopicLog.open(kafka(), topic));
    }

    /** Waits until what {@code topic} holds is {@code enough}, while every process lives. */
    <T extends Message> List<T> await(Topic<T> topic, String what, Duration most, Predicate<List<T>> enough)
            throws Exception {
        return guarded(() -> Patience.until(topic + " holds " + what, most, () -> {
            List<T> messages = log(topic).messages();
            if (enough.test(messages)) {
                return messages;
            }
            processes.values().forEach(VitoProcess::checkAlive);
            return null;
        }));
    }

    /** Waits for something the process will say. */
    String said(VitoProcess process, Pattern line) throws Exception {
        return guarded(() -> process.said(line, START));
    }

    /** No longer expects that {@code process} lives. */
    void forget(VitoProcess process) {
        processes.values().remove(process);
    }

    /** Runs {@code look}; if it fails, with what the processes said. */
    <T> T guarded(Patience.Look<T> look) throws Exception {
        try {
            T found = look.now();
            if (found == null) {
                throw new AssertionError("nothing was found");
            }
            return found;
        } catch (AssertionError | Exception e) {
            throw new AssertionError(e.getMessage() + "\n" + report(), e);
        }
    }

    private String report() throws IOException {
        String said = processes.values().stream().map(VitoProcess::tail).collect(Collectors.joining("\n"));
        Path logs = data().resolve("logs");
        if (Files.isDirectory(logs)) {
            try (var files = Files.list(logs)) {
                said += "\nlogs: " + files.map(Path::toString).toList();
            }
        }
        return said;
    }

    @Override
    public void close() {
        logs.values().forEach(TopicLog::close);
        for (VitoProcess process : List.copyOf(processes.values())) {
            process.kill();
        }
    }
}
