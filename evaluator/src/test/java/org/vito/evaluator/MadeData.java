package org.vito.evaluator;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.vito.augment.Images;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CategoryCount;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;
import org.vito.protocol.v1.SourceReport;
import org.vito.protocol.v1.StageReport;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.TrainingStep;

/** Writes records such as a run of some hours leaves behind, for tests and for looking at the page. */
final class MadeData implements AutoCloseable {
    static final String RUN = "videonet-small";

    private final KafkaProducer<String, byte[]> producer;
    private final CounterRandom random = CounterRandom.of(1, "made", 0, 0);
    private final long now;

    MadeData(KafkaAccess kafka, long now) {
        producer = new KafkaProducer<>(new HashMap<String, Object>(kafka.producer()));
        this.now = now;
    }

    void everything(int steps, int total) {
        for (int step = 1; step <= steps; step++) {
            train(step, total, steps);
        }
        for (int i = 0; i <= 12; i++) {
            int step = i * steps / 12;
            checkpoint(step);
            double share = Math.sqrt((double) step / steps);
            if (step < steps) {
                score(step, "knn", "fashion-mnist", 0.62 + 0.21 * share);
                score(step, "linear", "fashion-mnist", 0.70 + 0.17 * share);
                score(step, "knn", "imagenette", 0.24 + 0.4 * share);
                if (i % 2 == 0) {
                    score(step, "linear", "imagenette", 0.30 + 0.45 * share);
                }
            } else {
                state(step, "knn", "fashion-mnist", ScoreState.RUNNING, "");
                state(step, "linear", "fashion-mnist", ScoreState.QUEUED, "");
                state(
                        step,
                        "knn",
                        "imagenette",
                        ScoreState.FAILED,
                        "BAD_DATA_SET: image imagenette/train/n03/17.jpg cannot be used: the file is empty; expected a readable"
                                + " JPEG, PNG, BMP or WebP");
            }
        }
        for (int video = 0; video < 420; video++) {
            send(Topics.STORED.record(
                    StoredVideo.newBuilder().setVideoId("v" + video).build()));
            judge(video, now - 20_000L * (420 - video));
        }
        String[][] refused = {
            {"ingest.fetch", "NOT_FOUND", "https://example.org/videos/cat.mp4", "HTTP 404; the server has no such file"
            },
            {"ingest.probe", "NOT_A_VIDEO", "file:///data/in/readme.txt", "the bytes are not a container that we read"},
            {
                "decode",
                "DAMAGED_VIDEO",
                "3f79bb7b435b05321651daefd374cd21",
                "<img src=x onerror=\"document.title='broken'\">"
            },
            {"decode", "DECODER_CRASHED", "9e107d9d372bb6826bd81d3542a419d6", "the decoding process died twice on it"}
        };
        for (int i = 0; i < 26; i++) {
            String[] r = refused[i % 7 % 4];
            refuse(r[0], r[1], r[2], r[3], now - 60_000L * (26 - i));
        }
        producer.flush();
    }

    /** A decision on a video; of every ninth that it is not taken. */
    void judge(int video, long atMs) {
        String[] classes = {"crane", "goldfish", "volcano", "espresso", "tabby, tabby cat"};
        String name = classes[video % classes.length];
        boolean accepted = video % 9 != 0;
        String reason = accepted
                ? "The title says '%s'; 3 of 20 frames show it, that at 0.48 s the surest (0.87).".formatted(name)
                : "The title says '%s'; none of 100 frames shows it, most show comic book (61). <b>&</b>"
                        .formatted(name);
        send(Topics.CURATED.record(CurationDecision.newBuilder()
                .setVideoId("v" + video)
                .setAccepted(accepted)
                .setCategory(accepted ? name : "")
                .setReason(reason)
                .setCurator("videonet/1 resnet50.safetensors")
                .setVideo(StoredVideo.newBuilder().setTitle("A day with a " + name + ", part " + video))
                .setThumbnail(video % 7 == 3 ? ByteString.EMPTY : picture(video))
                .setDecidedAtMs(atMs)
                .build()));
    }

    private static ByteString picture(int number) {
        int width = number % 5 == 0 ? 96 : 170;
        int height = number % 5 == 0 ? 170 : 96;
        byte[] rgb = new byte[3 * width * height];
        for (int at = 0; at < rgb.length; at++) {
            int x = at / 3 % width;
            int y = at / 3 / width;
            boolean disc = Math.hypot(x - 20 - number % 90, y - 48) < 24;
            rgb[at] = (byte) (disc ? 230 - 60 * (at % 3) : 40 + (number * 17 * (at % 3 + 1) + y) % 140);
        }
        return ByteString.copyFrom(Images.jpeg(width, height, rgb, 75));
    }

    void train(int step, int total, int steps) {
        double t = (double) step / total;
        double noise = 0.15 * random.nextGaussian() * (1 - t);
        send(Topics.TRAINING.record(TrainingStep.newBuilder()
                .setRunId(RUN)
                .setStep(step)
                .setTotalSteps(total)
                .setLoss(2.2 + 3.4 * Math.exp(-4 * t) + noise + (step % 977 == 0 ? 0.8 : 0))
                .setLearningRate(step < total / 20 ? 8.0 * step / total : 0.2 * (1 + Math.cos(Math.PI * t)))
                .setEmaDecay(0.99)
                .setStepMs(412)
                .setClipsPerSecond(155)
                .setViewsPerSecond(466)
                .setStalledShare(0.013)
                .setEpoch(1 + step / 1500)
                .setClipsConsumed(step * 64L)
                .setAtMs(System.currentTimeMillis())
                .build()));
    }

    void checkpoint(int step) {
        send(Topics.CHECKPOINTS.record(CheckpointAnnouncement.newBuilder()
                .setRunId(RUN)
                .setStep(step)
                .setDigest("d" + step)
                .setAtMs(now - 95_000)
                .build()));
    }

    void score(int step, String task, String set, double top1) {
        double value = Math.min(0.99, top1 + 0.012 * random.nextGaussian());
        send(Topics.SCORES.record(EvaluationScore.newBuilder()
                .setRunId(RUN)
                .setStep(step)
                .setTask(task)
                .setDataSet(set)
                .setState(ScoreState.SCORED)
                .setSeconds(task.equals("knn") ? 8.2 : 31.4)
                .addMetrics(Metric.newBuilder().setName("top1").setValue(value))
                .addMetrics(Metric.newBuilder().setName("top1.low").setValue(value - 0.018))
                .addMetrics(Metric.newBuilder().setName("top1.high").setValue(value + 0.017))
                .addMetrics(Metric.newBuilder().setName("top5").setValue(Math.min(1, value + 0.13)))
                .setAtMs(now)
                .build()));
    }

    void state(int step, String task, String set, ScoreState state, String reason) {
        send(Topics.SCORES.record(EvaluationScore.newBuilder()
                .setRunId(RUN)
                .setStep(step)
                .setTask(task)
                .setDataSet(set)
                .setState(state)
                .setReason(reason)
                .setAtMs(now)
                .build()));
    }

    void refuse(String stage, String reason, String subject, String message, long atMs) {
        send(Topics.DEAD_LETTERS.record(DeadLetter.newBuilder()
                .setStage(stage)
                .setReasonCode(reason)
                .setSubject(subject)
                .setMessage(message)
                .setAttempts(1)
                .setAtMs(atMs)
                .build()));
    }

    void stages(long atMs) {
        stage("ingest", "videos", 0.42, 420, 3, 1, 4, "vito-ingest", atMs);
        stage("curate", "videos", 0.4, 417, 0, 0, 16, "vito-curate", atMs);
        stage("decode", "clips", 31.7, 18_240, 11, 6, 8, "vito-decode", atMs);
        stage("augment", "views", 466, 905_120, 0, 3, 4, "", atMs);
        stage("learn", "steps", 2.4, 4_700, 0, 2, 2, "", atMs);
        stage("evaluate", "scores", 0.03, 44, 1, 2, 0, "", atMs);
    }

    private void stage(
            String name,
            String unit,
            double rate,
            long passed,
            long failed,
            int queued,
            int capacity,
            String group,
            long at) {
        boolean curates = name.equals("curate");
        boolean ingests = name.equals("ingest");
        send(Topics.STAGES.record(StageReport.newBuilder()
                .setMissing(curates ? 8_120 : 0)
                .addAllScarce(curates ? List.of(count("sea urchin", 3), count("volcano", 71)) : List.of())
                .setNote(ingests ? "the store is full" : "")
                .addAllSources(ingests ? SOURCES : List.of())
                .setInstance("host-1")
                .setStage(name)
                .setUnit(unit)
                .setPerSecond(rate)
                .setPassed(passed)
                .setFailed(failed)
                .setQueued(queued)
                .setCapacity(capacity)
                .setLag(-1)
                .setConsumerGroup(group)
                .setResidentBytes(2_410_000_000L)
                .setAtMs(at)
                .build()));
    }

    private static final List<SourceReport> SOURCES = List.of(
            SourceReport.newBuilder()
                    .setName("a crossing")
                    .setState("idle")
                    .setSubmitted(212)
                    .setStored(211)
                    .setReceivedBytes(1_530_000_000L)
                    .setBytesPerSecond(312_000)
                    .setDetail("interrupted: tcp://camera:9000 ended")
                    .build(),
            SourceReport.newBuilder()
                    .setStored(209)
                    .setRefused(3)
                    .setReceivedBytes(88_000_000)
                    .build());

    private static CategoryCount count(String category, long accepted) {
        return CategoryCount.newBuilder()
                .setCategory(category)
                .setAccepted(accepted)
                .setTarget(100)
                .build();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // flush waits for it
    private void send(org.apache.kafka.clients.producer.ProducerRecord<String, byte[]> record) {
        producer.send(record);
    }

    void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
