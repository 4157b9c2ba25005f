package org.vito.decode;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import org.vito.protocol.Settings;

/**
 * Settings of decoding; every key is explained in {@code reference.conf} under {@code vito.decode}.
 *
 * @param children number of decoder processes, at least 1
 * @param queueCapacity requests that may wait for one
 * @param askTimeout longest time from asking to an answer
 * @param seed key of the random draws of frame times
 * @param window what a clip is drawn from
 * @param segmentUs longest segment in microseconds, at least one window stride
 * @param frame what a stored frame looks like
 * @param damage what becomes of a video with damage in it
 * @param hardware what decodes if it is there
 * @param limits what a video may cost and be
 * @param child how decoder processes are run
 * @param streams how the role's streams behave in trouble
 */
public record DecodeSettings(
        int children,
        int queueCapacity,
        Duration askTimeout,
        long seed,
        Window window,
        long segmentUs,
        Frame frame,
        Damage damage,
        Hardware hardware,
        Limits limits,
        Child child,
        Streams streams) {
    private static final int MOST_FRAMES = 1000;

    /** Which frames of a window are kept. */
    public enum Keep {
        /** A number of them, at times drawn independently and uniformly over the window. */
        DRAWS,
        /** All at a given rate from the window's start. */
        RATE
    }

    /** What becomes of windows with frames on both sides of a hard cut. */
    public enum ShotCuts {
        /** They are kept. */
        KEEP,
        /** They are left out. */
        AVOID
    }

    /**
     * What a clip is drawn from.
     *
     * @param lengthUs length in microseconds
     * @param strideUs from one start to the next, microseconds
     * @param perVideo most windows of a video; 0 = all
     * @param keep which frames
     * @param draws how many frames, where they are drawn
     * @param rate frames a second, where they are not
     * @param shotCuts whether hard cuts matter
     */
    public record Window(
            long lengthUs, long strideUs, int perVideo, Keep keep, int draws, double rate, ShotCuts shotCuts) {
        /** Frames of one clip. */
        public int framesPerClip() {
            return keep == Keep.DRAWS ? draws : (int) Math.ceil(lengthUs * rate / 1e6 - 1e-9);
        }

        /** Time of the {@code i}-th frame at the given rate, in microseconds from the window's start. */
        long offsetUs(long i) {
            return Math.min(Math.round(i * 1e6 / rate), lengthUs - 1);
        }
    }

    /** Short side in pixels and the quality of the JPEGs, 1 to 100. */
    public record Frame(int shortSide, int quality) {}

    /** What becomes of a video with damage in it. */
    public enum Damage {
        /** What is sound is kept. */
        SKIP,
        /** The video is refused. */
        REJECT
    }

    /** Hardware that decodes in place of the processor. */
    public enum Hardware {
        NONE,
        CUDA
    }

    /**
     * Demuxers and codecs by libav's names; length of a video in microseconds; pixels of a frame; frames, bytes of answers,
     * processor time and wall time of a request.
     */
    public record Limits(
            List<String> containers,
            List<String> codecs,
            long maxDurationUs,
            long maxPixels,
            long maxFrames,
            long maxBytes,
            Duration cpuTime,
            Duration requestTime) {
        public Limits {
            containers = List.copyOf(containers);
            codecs = List.copyOf(codecs);
        }
    }

    /** Memory in bytes, isolation and the times of life of a decoder process. */
    public record Child(
            long heapBytes,
            long memoryBytes,
            boolean isolate,
            Duration startTimeout,
            Duration minBackoff,
            Duration maxBackoff,
            int failedStarts,
            Duration stopTimeout) {}

    /** Restarts, retries and time-outs of the role's streams. */
    public record Streams(
            Duration minBackoff,
            Duration maxBackoff,
            int maxRestarts,
            Duration restartsWithin,
            int attempts,
            Duration stopTimeout,
            Duration drainTimeout,
            Duration connectionCheck,
            Duration transactionTimeout) {}

    /** Reads and checks {@code vito.decode}. */
    public static DecodeSettings from(Config config) {
        Settings s = Settings.at(config, "vito.decode");
        int children = s.whole("children", 0, 1024);
        Window window = window(s.in("window"));
        return new DecodeSettings(
                children > 0 ? children : Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                s.whole("queue-capacity", 1, 1_000_000),
                positive(s, "ask-timeout"),
                s.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                window,
                Math.max(positive(s, "segment-length").toNanos() / 1000, window.strideUs()),
                frame(s.in("frame")),
                s.choice("damage", Damage.class),
                s.choice("hardware", Hardware.class),
                limits(s.in("limits")),
                child(s.in("child")),
                streams(s.in("streams")));
    }

    /** These settings with another number of decoder processes. */
    public DecodeSettings withChildren(int count) {
        return new DecodeSettings(
                count,
                queueCapacity,
                askTimeout,
                seed,
                window,
                segmentUs,
                frame,
                damage,
                hardware,
                limits,
                child,
                streams);
    }

    private static Window window(Settings s) {
        Window window = new Window(
                positive(s, "length").toNanos() / 1000,
                positive(s, "stride").toNanos() / 1000,
                s.whole("per-video", 0, 1_000_000),
                s.choice("keep", Keep.class),
                s.whole("frames-per-clip", 1, MOST_FRAMES),
                s.number("rate", 0.001, 1000),
                s.choice("shot-cuts", ShotCuts.class));
        s.check("rate", window.framesPerClip() <= MOST_FRAMES, "at most " + MOST_FRAMES + " frames in a window");
        return window;
    }

    private static Frame frame(Settings s) {
        return new Frame(s.whole("short-side", 16, 4096), s.whole("quality", 1, 100));
    }

    private static Limits limits(Settings s) {
        return new Limits(
                s.texts("containers"),
                s.texts("codecs"),
                positive(s, "max-duration").toNanos() / 1000,
                s.whole("max-pixels", 256L, 1L << 32),
                s.whole("max-frames", 1L, Long.MAX_VALUE),
                s.bytes("max-bytes", 1 << 20),
                seconds(s, "cpu-time"),
                positive(s, "request-time"));
    }

    private static Duration seconds(Settings s, String key) {
        Duration value = s.duration(key);
        s.check(key, value.toSeconds() >= 1, "a duration of at least a second");
        return value;
    }

    private static Child child(Settings s) {
        return new Child(
                s.bytes("heap", 32L << 20),
                s.bytes("memory", 160L << 20),
                s.flag("isolate"),
                positive(s, "start-timeout"),
                positive(s, "min-backoff"),
                positive(s, "max-backoff"),
                s.whole("failed-starts", 1, 1000),
                positive(s, "stop-timeout"));
    }

    private static Streams streams(Settings s) {
        return new Streams(
                positive(s, "min-backoff"),
                positive(s, "max-backoff"),
                s.whole("max-restarts", 0, 1_000_000),
                positive(s, "restarts-within"),
                s.whole("attempts", 1, 1000),
                positive(s, "stop-timeout"),
                positive(s, "drain-timeout"),
                positive(s, "connection-check"),
                positive(s, "transaction-timeout"));
    }

    private static Duration positive(Settings s, String key) {
        Duration value = s.duration(key);
        s.check(key, value.toNanos() >= 1000, "a duration of at least a microsecond");
        return value;
    }
}
