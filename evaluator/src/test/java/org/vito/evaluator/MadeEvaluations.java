package org.vito.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.vito.evaluator.feed.TopicFollower;
import org.vito.evaluator.score.ImageEncoder;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.Sha256;
import org.vito.protocol.Stages;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/** Checkpoints and their scores for tests of roles against a real Kafka. */
final class MadeEvaluations {
    private final KafkaAccess kafka;
    private final Path directory;

    MadeEvaluations(KafkaAccess kafka, Path directory) {
        this.kafka = kafka;
        this.directory = directory;
    }

    Platform platform(String instance) {
        return new Platform(
                kafka,
                DirectoryObjectStore.open(directory.resolve("objects")),
                directory,
                instance,
                InstantSource.system(),
                new Stages(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
    }

    CheckpointAnnouncement checkpoint(String run, long step) throws IOException {
        Path checkpoint = Files.createDirectories(directory.resolve(run + "-" + step));
        String text =
                "{'format':2,'run':'%s','step':%d,'generation':1,'loss':1,'architecture':'mean','configDigest':'c',"
                        + "'atMs':1,'positions':{},'files':{}}";
        byte[] manifest = text.formatted(run, step).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Files.write(checkpoint.resolve("manifest.json"), manifest);
        return CheckpointAnnouncement.newBuilder()
                .setRunId(run)
                .setStep(step)
                .setDigest(Sha256.of(manifest))
                .setAddress(checkpoint.toUri().toString())
                .setAtMs(step)
                .build();
    }

    /** Mean colour of the image: enough to tell red from blue. */
    static ImageEncoder.Opener opener() {
        return checkpoint -> new ImageEncoder() {
            @Override
            public int imageSize() {
                return 16;
            }

            @Override
            public float[][] encode(ByteBuffer images, int count, int size) {
                float[][] features = new float[count][3];
                for (float[] feature : features) {
                    for (int i = 0; i < size * size * 3; i++) {
                        feature[i % 3] += (images.get() & 0xff) / 255f;
                    }
                }
                return features;
            }

            @Override
            public void close() {}
        };
    }

    static EvaluationScore need(Map<String, EvaluationScore> settled, String key) {
        return Objects.requireNonNull(settled.get(key), key);
    }

    KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(new HashMap<String, Object>(kafka.producer()));
    }

    TopicFollower follow(String run, BlockingQueue<EvaluationScore> scores) {
        return TopicFollower.start(
                kafka, Map.of(Topics.SCORES, Instant.EPOCH), "test-scores", new TopicFollower.Reader() {
                    @Override
                    public void records(List<ConsumerRecord<String, byte[]>> batch) {
                        batch.stream()
                                .map(Topics.SCORES::read)
                                .filter(s -> s.getRunId().equals(run))
                                .forEach(scores::add);
                    }

                    @Override
                    public void caughtUp() {}

                    @Override
                    public void trouble(String what) {}
                });
    }

    static Map<String, EvaluationScore> settled(BlockingQueue<EvaluationScore> scores, int count)
            throws InterruptedException {
        Map<String, EvaluationScore> settled = new HashMap<>();
        while (settled.size() < count) {
            EvaluationScore score = scores.poll(120, TimeUnit.SECONDS);
            assertThat(score)
                    .as("%d of %d: %s", settled.size(), count, settled.keySet())
                    .isNotNull();
            if (score.getState() == ScoreState.SCORED || score.getState() == ScoreState.FAILED) {
                settled.put(score.getStep() + "/" + score.getTask() + "/" + score.getDataSet(), score);
            }
        }
        return settled;
    }
}
