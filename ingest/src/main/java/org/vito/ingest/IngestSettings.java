package org.vito.ingest;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vito.ingest.curation.BalanceSettings;
import org.vito.ingest.curation.Curators;
import org.vito.ingest.curation.NeighbourSettings;
import org.vito.ingest.curation.VideoNetSettings;
import org.vito.ingest.fetch.AllowedNetworks;
import org.vito.ingest.fetch.BucketSettings;
import org.vito.ingest.fetch.FetchLimits;
import org.vito.ingest.fetch.HlsLimits;
import org.vito.ingest.fetch.RetryPolicy;
import org.vito.ingest.source.SourceSettings;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/**
 * Settings of ingest and curation; every key is explained in {@code reference.conf} under {@code vito.ingest}.
 *
 * @param sources where to look for videos
 * @param sourceBatch most videos a source submits at a time
 * @param allowFiles whether local files may be taken in
 * @param allowNetworks what may be connected to
 * @param minimumDuration shorter videos are refused
 * @param maximumOrigins most places remembered of one video
 * @param storeLimit bytes of stored videos from which on finished ones are removed; 0 = none
 * @param inFlight submissions worked on at a time
 * @param retriesInFlight submissions that wait for another attempt at a time
 * @param parallelFetches videos fetched at a time
 * @param perHost what one host has to bear
 * @param fetch what a fetch may cost
 * @param partial what is kept of downloads that break off
 * @param hls what an HLS playlist may ask for
 * @param buckets where buckets are
 * @param probeTimeout longest wait for a decoder's answer
 * @param retry how often a single failure is tried again
 * @param restart how often a stream is
 * @param stopTimeout how long a role may finish what it has begun
 * @param curate curation's own
 */
public record IngestSettings(
        List<SourceSettings> sources,
        int sourceBatch,
        boolean allowFiles,
        AllowedNetworks allowNetworks,
        Duration minimumDuration,
        int maximumOrigins,
        long storeLimit,
        int inFlight,
        int retriesInFlight,
        int parallelFetches,
        PerHost perHost,
        FetchLimits fetch,
        Partial partial,
        HlsLimits hls,
        BucketSettings buckets,
        Duration probeTimeout,
        RetryPolicy retry,
        Restart restart,
        Duration stopTimeout,
        Curate curate) {
    /**
     * What one host has to bear: {@code concurrent} fetches, begun {@code interval} apart; {@code waiting} is how many may
     * stand in line.
     */
    public record PerHost(int concurrent, Duration interval, int waiting) {}

    /** What is kept of downloads that break off: so many bytes together, each so long. */
    public record Partial(long bytes, Duration time) {}

    /** How often a failed stream starts again: at most {@code restarts} times {@code within} a time. */
    public record Restart(Duration base, Duration most, int restarts, Duration within) {}

    /**
     * Settings of curation.
     *
     * @param rule its name
     * @param batch most videos judged together
     * @param linger longest wait for a batch to fill
     * @param timeout longest wait for a batch to be judged
     * @param keptFrames frames that clips will hold
     * @param thumbnail small pictures of what was judged
     * @param balance how many videos of each class are wanted
     * @param videoNet settings of the rule of that name
     * @param neighbours settings of the rule of that name
     */
    public record Curate(
            String rule,
            int batch,
            Duration linger,
            Duration timeout,
            ClipFrameKeeper.Settings keptFrames,
            Thumbnails.Settings thumbnail,
            BalanceSettings balance,
            VideoNetSettings videoNet,
            NeighbourSettings neighbours) {}

    public IngestSettings {
        sources = List.copyOf(sources);
    }

    /**
     * Reads and checks {@code vito.ingest}.
     *
     * @throws VitoException {@link Reason#BAD_SETTING} that names the key, its value and what was expected
     */
    public static IngestSettings from(Config config) {
        Settings s = Settings.at(config, "vito.ingest");
        return new IngestSettings(
                sources(s),
                s.whole("source-batch", 1, 10_000),
                s.flag("allow-files"),
                networks(s.in("fetch")),
                s.duration("minimum-duration"),
                s.whole("maximum-origins", 1, 1000),
                s.in("store").bytes("limit", 0),
                s.whole("in-flight", 1, 1024),
                s.whole("retries-in-flight", 1, 100_000),
                s.whole("parallel-fetches", 1, 256),
                perHost(s.in("per-host")),
                fetch(s.in("fetch"), s.bytes("maximum-bytes", 1)),
                partial(s.in("fetch.partial")),
                hls(s.in("hls"), s.duration("minimum-duration")),
                SourceReader.buckets(s.in("s3")),
                SourceReader.within(s, "probe-timeout", Duration.ofMillis(1), Duration.ofDays(1)),
                retry(s.in("retry")),
                restart(s.in("restart")),
                s.duration("stop-timeout"),
                curate(s.in("curate")));
    }

    private static List<SourceSettings> sources(Settings s) {
        List<SourceSettings> sources = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Config defaults = s.in("source-defaults").config();
        List<? extends Config> entries;
        try {
            entries = s.config().getConfigList("sources");
        } catch (com.typesafe.config.ConfigException e) {
            throw new VitoException(
                    Reason.BAD_SETTING, "vito.ingest.sources: expected a list of objects; " + e.getMessage(), e);
        }
        for (int i = 0; i < entries.size(); i++) {
            String key = "sources[" + i + "]";
            Config entry = entries.get(i).withFallback(defaults);
            Config named = ConfigFactory.empty().withValue("\"" + key + "\"", entry.root());
            SourceSettings source = SourceReader.read(Settings.at(named, "\"" + key + "\""));
            if (!names.add(source.name())) {
                throw new VitoException(
                        Reason.BAD_SETTING,
                        "vito.ingest." + key + ": another source is called '" + source.name()
                                + "' too; give one of them a name of its own");
            }
            sources.add(source);
        }
        return sources;
    }

    private static FetchLimits fetch(Settings s, long maximumBytes) {
        Duration least = Duration.ofMillis(1);
        Duration most = Duration.ofDays(7);
        return new FetchLimits(
                SourceReader.within(s, "connect-timeout", least, most),
                SourceReader.within(s, "read-timeout", least, most),
                SourceReader.within(s, "total-timeout", least, most),
                s.whole("redirects", 0, 20),
                maximumBytes,
                s.text("user-agent"));
    }

    private static Partial partial(Settings s) {
        return new Partial(
                s.bytes("bytes", 0), SourceReader.within(s, "time", Duration.ofSeconds(1), Duration.ofDays(365)));
    }

    private static HlsLimits hls(Settings s, Duration leastPiece) {
        long segmentBytes = s.bytes("segment-bytes", 1);
        s.check("segment-bytes", segmentBytes <= 1 << 30, "at most 1GiB, which is held in memory");
        return new HlsLimits(
                s.whole("least-height", 1, 100_000),
                s.whole("segments", 1, 1_000_000),
                (int) segmentBytes,
                s.whole("pieces", 1, 10_000),
                leastPiece);
    }

    private static AllowedNetworks networks(Settings s) {
        try {
            return AllowedNetworks.with(s.texts("allow-networks"));
        } catch (VitoException e) {
            s.check("allow-networks", false, "blocks, addresses and names of hosts; " + e.getMessage());
            throw e;
        }
    }

    private static PerHost perHost(Settings s) {
        return new PerHost(
                s.whole("concurrent", 1, 256),
                SourceReader.within(s, "interval", Duration.ZERO, Duration.ofHours(1)),
                s.whole("waiting", 1, 10_000));
    }

    private static RetryPolicy retry(Settings s) {
        return new RetryPolicy(s.whole("attempts", 1, 100), s.duration("base"), s.duration("most"));
    }

    private static Restart restart(Settings s) {
        Duration base = SourceReader.within(s, "base", Duration.ofMillis(1), Duration.ofHours(1));
        return new Restart(
                base,
                SourceReader.within(s, "most", base, Duration.ofHours(1)),
                s.whole("restarts", 0, 1000),
                SourceReader.within(s, "within", Duration.ofSeconds(1), Duration.ofDays(1)));
    }

    private static Curate curate(Settings s) {
        String rule = s.text("rule");
        s.check("rule", Curators.names().contains(rule), "one of the curation rules " + Curators.names());
        return new Curate(
                rule,
                s.whole("batch", 1, 1024),
                SourceReader.within(s, "linger", Duration.ofMillis(1), Duration.ofMinutes(1)),
                SourceReader.within(s, "timeout", Duration.ofSeconds(1), Duration.ofDays(1)),
                keptFrames(s.in("kept-frames")),
                thumbnail(s.in("thumbnail")),
                BalanceSettings.from(s.in("balance")),
                VideoNetSettings.from(s.in("videonet")),
                NeighbourSettings.from(s.in("neighbours")));
    }

    private static ClipFrameKeeper.Settings keptFrames(Settings s) {
        return new ClipFrameKeeper.Settings(
                s.bytes("bytes", 0), SourceReader.within(s, "time", Duration.ofSeconds(1), Duration.ofDays(365)));
    }

    private static Thumbnails.Settings thumbnail(Settings s) {
        return new Thumbnails.Settings(
                s.whole("short-side", 0, 256),
                SourceReader.within(s, "timeout", Duration.ofMillis(1), Duration.ofHours(1)));
    }
}
