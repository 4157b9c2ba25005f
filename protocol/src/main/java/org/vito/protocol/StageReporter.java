package org.vito.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.v1.SourceReport;
import org.vito.protocol.v1.StageReport;

/** Tells {@link Topics#STAGES} once a second how the stages of this process are doing. */
public final class StageReporter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StageReporter.class);

    private final Platform platform;
    private final KafkaProducer<String, byte[]> producer;
    private final ScheduledExecutorService timer;
    private final Map<String, Rate> rates = new HashMap<>();
    private final Set<String> unreportable = new HashSet<>();
    private final AtomicBoolean failing = new AtomicBoolean();

    private StageReporter(Platform platform) {
        this.platform = platform;
        producer =
                new KafkaProducer<>(new HashMap<String, Object>(platform.kafka().producer()));
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "vito-stage-reporter");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to report; close it to end. */
    @SuppressWarnings("FutureReturnValueIgnored") // the task catches what goes wrong
    public static StageReporter start(Platform platform) {
        StageReporter reporter = new StageReporter(platform);
        reporter.timer.scheduleAtFixedRate(reporter::reportAll, 1, 1, TimeUnit.SECONDS);
        return reporter;
    }

    private void reportAll() {
        long resident = residentBytes();
        for (StageMeter meter : platform.stages().all()) {
            send(meter, resident);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of failures
    private void send(StageMeter meter, long resident) {
        try {
            producer.send(Topics.STAGES.record(report(meter, resident)), (sent, failure) -> told(failure));
            unreportable.remove(meter.stage());
        } catch (RuntimeException e) { // this report is lost, the next comes in a second
            if (unreportable.add(meter.stage())) {
                log.warn("stage {} cannot be reported: {}", meter.stage(), e.toString());
            }
        }
    }

    /** Logs the first of a row of failures. */
    private void told(@Nullable Exception failure) {
        if (failure == null) {
            failing.set(false);
        } else if (!failing.getAndSet(true)) {
            log.warn("stage reports do not get through: {}", failure.toString());
        }
    }

    private StageReport report(StageMeter meter, long resident) {
        Rate rate = rates.computeIfAbsent(meter.stage(), s -> new Rate());
        long passed = meter.passed();
        StageMeter.Scarcity scarcity = meter.scarcity();
        return StageReport.newBuilder()
                .setInstance(platform.instance())
                .setStage(meter.stage())
                .setPassed(passed)
                .setFailed(meter.failedCount())
                .setPerSecond(rate.update(passed, System.nanoTime()))
                .setUnit(meter.unit())
                .setQueued((int) Math.min(Integer.MAX_VALUE, meter.queued()))
                .setCapacity(meter.capacity())
                .setLag(meter.lag())
                .setConsumerGroup(meter.consumerGroup())
                .setInputTopic(meter.inputTopic())
                .setResidentBytes(resident)
                .addAllScarce(scarcity.most())
                .setMissing(scarcity.missing())
                .setNote(meter.note())
                .addAllSources(sources(meter))
                .setAtMs(platform.clock().millis())
                .build();
    }

    private List<SourceReport> sources(StageMeter meter) {
        return meter.sources().stream()
                .map(source -> {
                    Rate rate = rates.computeIfAbsent(meter.stage() + "\n" + source.getName(), s -> new Rate());
                    return source.toBuilder()
                            .setBytesPerSecond(rate.update(source.getReceivedBytes(), System.nanoTime()))
                            .build();
                })
                .toList();
    }

    /** Resident memory of this process in bytes, or 0 where the system does not say (only Linux does). */
    static long residentBytes() {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            timer.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(5));
    }

    /** A rate per second, smoothed exponentially over about five seconds. */
    static final class Rate {
        private static final double TIME_CONSTANT_SECONDS = 5;

        private boolean begun;
        private long lastTotal;
        private long lastNanos;
        private double perSecond;

        /** Takes in that {@code total} items had passed at {@code nanos}; gives the rate, 0 at first. */
        double update(long total, long nanos) {
            double seconds = (nanos - lastNanos) * 1e-9;
            if (begun && seconds > 0) {
                double weight = 1 - Math.exp(-seconds / TIME_CONSTANT_SECONDS);
                perSecond += weight * ((total - lastTotal) / seconds - perSecond);
                perSecond = perSecond < 1e-3 ? 0 : perSecond;
            }
            begun = true;
            lastTotal = total;
            lastNanos = nanos;
            return perSecond;
        }
    }
}
