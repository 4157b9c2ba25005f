package org.vito.ingest;

import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import org.vito.ingest.fetch.Addresses;
import org.vito.ingest.fetch.BucketSettings;
import org.vito.ingest.fetch.Credentials;
import org.vito.ingest.fetch.LiveFeeds;
import org.vito.ingest.live.LiveSettings;
import org.vito.ingest.source.SourceSettings;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/** Reads one entry of {@code vito.ingest.sources}, its defaults already filled in. */
final class SourceReader {
    private enum Type {
        DIRECTORY,
        FILE,
        HTTP,
        LIVE,
        MANIFEST,
        S3
    }

    private SourceReader() {}

    /** The source that {@code s} describes. @throws VitoException BAD_SETTING */
    static SourceSettings read(Settings s) {
        return switch (s.choice("type", Type.class)) {
            case DIRECTORY -> directory(s);
            case FILE -> {
                Path path = path(s);
                yield new SourceSettings.Single(
                        name(s, "file:" + path), s.text("licence"), path.toUri(), s.text("title"));
            }
            case HTTP -> {
                URI url = url(s);
                yield new SourceSettings.Single(name(s, url.toString()), s.text("licence"), url, s.text("title"));
            }
            case LIVE -> live(s);
            case S3 -> bucket(s);
            case MANIFEST -> {
                Path path = path(s);
                yield new SourceSettings.ManifestFile(name(s, "manifest:" + path), s.text("licence"), path);
            }
        };
    }

    /** Where buckets are. */
    static BucketSettings buckets(Settings s) {
        String endpoint = s.text("endpoint");
        URI uri = null;
        try {
            uri = endpoint.isEmpty() ? null : Addresses.parse(endpoint, null);
        } catch (VitoException e) {
            s.check("endpoint", false, "an http or https address; " + e.getMessage());
        }
        String expected = "an http or https address without credentials";
        boolean usable =
                uri == null || (String.valueOf(uri.getScheme()).matches("(?i)https?") && uri.getRawUserInfo() == null);
        s.check("endpoint", usable, expected);
        s.check("region", s.text("region").matches("[A-Za-z0-9-]{1,64}"), "the name of a region");
        return new BucketSettings(uri, s.text("region"), s.flag("path-style"), s.flag("anonymous"));
    }

    /** A duration with bounds. */
    static Duration within(Settings s, String key, Duration least, Duration most) {
        Duration value = s.duration(key);
        s.check(
                key,
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                "a duration from " + least.toMillis() + " ms to " + most.toMillis() + " ms");
        return value;
    }

    private static SourceSettings directory(Settings s) {
        Path path = path(s);
        boolean watch = s.flag("watch");
        return new SourceSettings.Directory(
                name(s, (watch ? "watch:" : "directory:") + path),
                s.text("licence"),
                path,
                watch,
                s.flag("recursive"),
                patterns(s),
                within(s, "settle", Duration.ofMillis(50), Duration.ofHours(1)),
                within(s, "rescan", Duration.ofMillis(100), Duration.ofDays(1)));
    }

    private static SourceSettings bucket(Settings s) {
        String bucket = s.text("bucket");
        s.check("bucket", bucket.matches("[A-Za-z0-9][A-Za-z0-9._-]{1,254}"), "the name of a bucket");
        return new SourceSettings.Bucket(
                name(s, "s3://" + bucket + "/" + s.text("prefix")),
                s.text("licence"),
                bucket,
                s.text("prefix"),
                s.flag("watch"),
                patterns(s),
                within(s, "rescan", Duration.ofMillis(100), Duration.ofDays(1)));
    }

    private static SourceSettings live(Settings s) {
        String expected = "an address of " + String.join(", ", new TreeSet<>(LiveFeeds.SCHEMES));
        URI url;
        try {
            url = Addresses.parse(s.text("url"), null);
        } catch (VitoException e) {
            s.check("url", false, expected + "; " + e.getMessage());
            throw e;
        }
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        s.check("url", LiveFeeds.SCHEMES.contains(scheme) && url.getHost() != null, expected);
        boolean usual = scheme.startsWith("http") || scheme.equals("rtsp"); // have ports of their own
        s.check("url", usual || url.getPort() > 0, "an address with a port");
        LiveSettings stream = new LiveSettings(
                url,
                credentials(s, scheme),
                within(s, "length", Duration.ofSeconds(1), Duration.ofHours(6)),
                within(s, "stall", Duration.ofMillis(100), Duration.ofHours(1)),
                within(s, "give-up", Duration.ofSeconds(1), Duration.ofDays(3650)),
                s.bytes("backlog", 1));
        String name = name(s, "live:" + Addresses.shown(url.toString()));
        return new SourceSettings.Live(name, s.text("licence"), stream, s.text("title"));
    }

    private static Credentials credentials(Settings s, String scheme) {
        Credentials credentials = new Credentials(s.text("user"), s.text("password"));
        s.check("user", credentials.equals(Credentials.NONE) || scheme.equals("rtsp"), "nothing, except for rtsp://");
        s.check("user", credentials.user().matches("[^\\p{Cntrl}\":]*"), "a name without colons and quotes");
        return credentials;
    }

    private static List<String> patterns(Settings s) {
        List<String> patterns = s.texts("patterns");
        s.check("patterns", !patterns.isEmpty(), "at least one glob");
        for (String pattern : patterns) {
            s.check("patterns", isGlob(pattern), "globs such as *.mp4");
        }
        return patterns;
    }

    private static boolean isGlob(String pattern) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + pattern.toLowerCase(Locale.ROOT)) != null;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private static Path path(Settings s) {
        s.check("path", !s.text("path").isBlank(), "the path of the " + s.text("type"));
        return s.path("path").toAbsolutePath().normalize();
    }

    private static URI url(Settings s) {
        String text = s.text("url");
        s.check("url", text.startsWith("http://") || text.startsWith("https://"), "an http or https address");
        try {
            return Addresses.parse(text, null);
        } catch (VitoException e) {
            s.check("url", false, "an http or https address; " + e.getMessage());
            throw e;
        }
    }

    private static String name(Settings s, String otherwise) {
        return s.text("name").isBlank() ? otherwise : s.text("name");
    }
}
