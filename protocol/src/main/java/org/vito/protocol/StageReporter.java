package org.vito.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.v1.StageReport;

/** Tells {@link Topics#STAGES} once a second how the stages of this process are doing. */
public final class StageReporter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StageReporter.class);
    private static final double SMOOTHING = 0.2; // of the newest second in the reported rate

    private final Platform platform;
    private final KafkaProducer<String, byte[]> producer;
    private final ScheduledExecutorService timer;
    private final Map<String, Rate> rates = new HashMap<>();

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
    public static StageReporter start(Platform platform) {
        StageReporter reporter = new StageReporter(platform);
        reporter.timer.scheduleAtFixedRate(reporter::reportSafely, 1, 1, TimeUnit.SECONDS);
        return reporter;
    }

    private void reportSafely() {
        try {
            report();
        } catch (RuntimeException e) {
            log.warn("stage report not sent: {}", e.toString());
        }
    }

    private void report() {
        long resident = residentBytes();
        long now = platform.clock().millis();
        for (StageMeter meter : platform.stages().all()) {
            Rate rate = rates.computeIfAbsent(meter.stage(), s -> new Rate());
            rate.update(meter.passed());
            StageReport report = StageReport.newBuilder()
                    .setInstance(platform.instance())
                    .setStage(meter.stage())
                    .setPassed(meter.passed())
                    .setFailed(meter.failedCount())
                    .setPerSecond(rate.perSecond)
                    .setUnit(meter.unit())
                    .setQueued((int) meter.queued())
                    .setCapacity(meter.capacity())
                    .setLag(meter.lag())
                    .setConsumerGroup(meter.consumerGroup())
                    .setInputTopic(meter.inputTopic())
                    .setResidentBytes(resident)
                    .setAtMs(now)
                    .build();
            producer.send(Topics.STAGES.record(report));
        }
    }

    /** Resident memory of this process in bytes, or 0 where the system does not say. */
    static long residentBytes() {
        Path statm = Path.of("/proc/self/statm");
        try {
            return Files.exists(statm) ? Long.parseLong(Files.readString(statm).split(" ")[1]) * 4096 : 0;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        producer.close(Duration.ofSeconds(5));
    }

    private static final class Rate {
        private long last = -1;
        private double perSecond;

        void update(long total) {
            double newest = last < 0 ? 0 : total - last;
            perSecond = last < 0 ? 0 : perSecond + SMOOTHING * (newest - perSecond);
            if (perSecond < 1e-3) {
                perSecond = 0;
            }
            last = total;
        }
    }
}
