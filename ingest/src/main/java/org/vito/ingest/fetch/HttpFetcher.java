package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * Opens http and https addresses. Redirections are followed by hand, so that each is counted and asked of the policy; one
 * from https to http is refused. What no video is sent as, and whatever was compressed on the way, is refused too. A body
 * that breaks off is gone on with where the server says which version it is, after a restart too if it is large.
 */
final class HttpFetcher implements Fetcher {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /** What no server sends a video as; a web page in its place is refused before it is stored. */
    private static final Pattern NO_VIDEO = Pattern.compile("text/(html|css|xml|javascript|markdown)|image/.*|font/.*"
            + "|application/(xhtml\\+xml|xml|json|.*\\+json|javascript|pdf|zip|gzip|wasm)");

    private static final long LEAST_KEPT = 1 << 20; // bytes; fetching fewer anew costs little

    private final HttpConnection.Means means;
    private final FetchLimits limits;
    private final @Nullable Partials partials;

    HttpFetcher(HttpConnection.Means means) {
        this(means, null);
    }

    /** @param partials where the beginnings of large downloads are kept; null = nowhere */
    HttpFetcher(HttpConnection.Means means, @Nullable Partials partials) {
        this.means = means;
        this.partials = partials;
        limits = means.limits();
    }

    @Override
    public Set<String> schemes() {
        return SCHEMES;
    }

    @Override
    public Download open(URI address) {
        return openKept(address, means.clock().instant().plus(limits.total())).download();
    }

    /**
     * What a server answered.
     *
     * @param at who did, after all redirections
     * @param version of the whole, null if nothing tells
     * @param isRest whether it is what was missing of something kept
     */
    record Answer(URI at, Download download, Partials.@Nullable Version version, boolean isRest) {
        Answer(URI at, Download download) {
            this(at, download, null, false);
        }
    }

    /** Begins to fetch the whole; where an earlier attempt kept a beginning of it, only the rest is asked for. */
    Answer openKept(URI address, Instant deadline) {
        Partials in = partials;
        if (in == null) {
            return open(address, null, deadline);
        }
        Partials.Partial known = in.find(address).orElse(null);
        Answer answer;
        try {
            answer = open(address, null, known, deadline);
        } catch (RuntimeException e) {
            if (known != null && e instanceof RetriableException) {
                known.leave();
            } else if (known != null) {
                known.drop();
            }
            throw e;
        }
        if (known != null && answer.isRest()) {
            return keep(answer, known);
        }
        if (known != null) {
            known.drop(); // it is of an earlier version
        }
        Partials.Version version = answer.version();
        if (version == null || version.sizeBytes() < LEAST_KEPT) {
            return answer;
        }
        Partials.Partial begun = in.begin(address, version).orElse(null);
        return begun == null ? answer : keep(answer, begun);
    }

    private static Answer keep(Answer answer, Partials.Partial partial) {
        try {
            InputStream body = partial.followedBy(answer.download().body());
            Download whole = new Download(body, partial.version().sizeBytes());
            return new Answer(answer.at(), whole, answer.version(), false);
        } catch (IOException e) {
            partial.drop();
            if (!answer.isRest()) {
                return answer;
            }
            throw new RetriableException(
                    Reason.STORAGE, "what was kept of " + shown(answer.at()) + " is lost: " + e, e);
        }
    }

    /**
     * Begins to fetch.
     *
     * @param part which bytes, null for all
     * @param deadline when everything must have arrived
     */
    Answer open(URI address, Playlist.@Nullable Part part, Instant deadline) {
        return open(address, part, null, deadline);
    }

    private Answer open(URI address, Playlist.@Nullable Part part, Partials.@Nullable Partial known, Instant deadline) {
        Map<String, String> fields = Map.of();
        if (part != null) {
            fields = Map.of("Range", "bytes=%d-%d".formatted(part.offset(), part.offset() + part.length() - 1));
        } else if (known != null) {
            fields = rest(known.position(), known.version());
        }
        URI at = address;
        for (int redirects = 0; redirects <= limits.redirects(); redirects++) {
            means.policy().check(at);
            HttpConnection connection = HttpConnection.get(at, fields, deadline, means);
            try {
                HttpHead head = connection.head();
                if (known != null && head.status() == 206) {
                    return rest(at, known, connection, deadline);
                }
                if (head.status() == (part == null ? 200 : 206)) {
                    Download download = download(at, part, connection, deadline);
                    boolean told = part == null && download.sizeBytes() >= 0;
                    return new Answer(at, download, told ? version(head, download.sizeBytes()) : null, false);
                }
                if (!isRedirect(head.status())) {
                    throw refusal(at, head);
                }
                at = target(at, head);
            } catch (RuntimeException e) {
                connection.close();
                throw e;
            }
            connection.close();
        }
        throw new VitoException(
                Reason.BAD_ADDRESS,
                "%s redirects more than %d times, last to %s".formatted(shown(address), limits.redirects(), shown(at)));
    }

    private Download download(URI at, Playlist.@Nullable Part part, HttpConnection connection, Instant deadline) {
        HttpHead head = connection.head();
        long announced = head.length(shown(at));
        if (announced > limits.bytes()) {
            throw new VitoException(
                    Reason.TOO_LARGE,
                    "%s has %d bytes; at most %d are taken".formatted(shown(at), announced, limits.bytes()));
        }
        String type = head.field("content-type").orElse("").replaceAll("[ \\t]*;.*", "");
        if (NO_VIDEO.matcher(type.toLowerCase(Locale.ROOT)).matches()) {
            throw new VitoException(Reason.NOT_A_VIDEO, shown(at) + " sends " + type + " instead of a video");
        }
        String coding = head.field("content-encoding").orElse("identity");
        if (!coding.equalsIgnoreCase("identity")) { // what expands could expand without bounds
            throw new VitoException(
                    Reason.BAD_ADDRESS,
                    shown(at) + " sends its bytes as " + coding + " although none may be compressed");
        }
        InputStream body = connection.body();
        if (part != null) {
            String given = head.field("content-range").orElse("");
            if (!given.startsWith("bytes %d-%d/".formatted(part.offset(), part.offset() + part.length() - 1))) {
                throw new VitoException(
                        Reason.BAD_ADDRESS, shown(at) + " was asked for " + part + " and sends '" + given + "'");
            }
            return new Download(body, announced);
        }
        Partials.Version version = announced < 0 ? null : version(head, announced);
        return new Download(version == null ? body : resuming(at, body, 0, version, deadline), announced);
    }

    private InputStream resuming(URI at, InputStream body, long from, Partials.Version version, Instant deadline) {
        return new ResumingBody(body, position -> rest(at, from + position, version, deadline));
    }

    private static Partials.@Nullable Version version(HttpHead head, long announced) {
        Partials.Version version = new Partials.Version(
                announced,
                head.field("etag").orElse(""),
                head.field("last-modified").orElse(""));
        return version.validator().isEmpty() ? null : version;
    }

    /** The fields of a request for the bytes from {@code position} on. */
    private static Map<String, String> rest(long position, Partials.Version version) {
        return Map.of("Range", "bytes=" + position + "-", "If-Range", version.validator());
    }

    private Optional<InputStream> rest(URI at, long position, Partials.Version version, Instant deadline) {
        HttpConnection connection = HttpConnection.get(at, rest(position, version), deadline, means);
        if (isRest(at, connection.head(), position, version)) {
            return Optional.of(connection.body());
        }
        connection.close();
        return Optional.empty();
    }

    private Answer rest(URI at, Partials.Partial known, HttpConnection connection, Instant deadline) {
        Partials.Version version = known.version();
        if (!isRest(at, connection.head(), known.position(), version)) {
            known.drop(); // so that the next attempt asks for the whole
            throw new RetriableException(Reason.UNREACHABLE, shown(at) + " sends another part than it was asked for");
        }
        InputStream body = resuming(at, connection.body(), known.position(), version, deadline);
        return new Answer(at, new Download(body, version.sizeBytes() - known.position()), version, true);
    }

    private static boolean isRest(URI at, HttpHead head, long position, Partials.Version version) {
        String span = "bytes %d-%d/%d".formatted(position, version.sizeBytes() - 1, version.sizeBytes());
        return head.status() == 206
                && span.equals(head.field("content-range").orElse(""))
                && head.field("etag").orElse("").equals(version.etag())
                && head.length(shown(at)) == version.sizeBytes() - position;
    }

    private static String shown(URI address) {
        return Addresses.shown(address.toString());
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI target(URI from, HttpHead head) {
        String location = head.field("location").orElse("");
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new VitoException(
                    Reason.BAD_ADDRESS,
                    shown(from) + " redirects to '" + Addresses.shown(location) + "', which is no URI",
                    e);
        }
        String scheme = to.getScheme() == null ? "" : to.getScheme().toLowerCase(Locale.ROOT);
        if (location.isEmpty() || !SCHEMES.contains(scheme) || to.getHost() == null) {
            throw new VitoException(
                    Reason.BAD_ADDRESS,
                    shown(from) + " redirects to '" + Addresses.shown(location)
                            + "'; expected an http or https address");
        }
        if ("https".equalsIgnoreCase(from.getScheme()) && scheme.equals("http")) {
            throw new VitoException(Reason.FORBIDDEN, shown(from) + " redirects from https to http, " + shown(to));
        }
        return to;
    }

    private VitoException refusal(URI at, HttpHead head) {
        int status = head.status();
        String message = shown(at) + " answered HTTP " + status;
        return switch (status) {
            case 404, 410 -> new VitoException(Reason.NOT_FOUND, message);
            case 401, 402, 403, 407, 451 -> new VitoException(Reason.FORBIDDEN, message);
            case 408, 425, 429 -> later(message, head);
            case 416 -> new VitoException(Reason.BAD_ADDRESS, message + ": it does not have that part");
            case 200 ->
                new VitoException(Reason.BAD_ADDRESS, message + " and sends the whole where a part was asked for");
            default -> status >= 500 ? later(message, head) : new VitoException(Reason.BAD_ADDRESS, message);
        };
    }

    private VitoException later(String message, HttpHead head) {
        Optional<Duration> pause = head.field("retry-after").flatMap(this::pause);
        return pause.isPresent()
                ? new RetryLaterException(message + " and asked to wait " + pause.get(), pause.get())
                : new RetriableException(Reason.UNREACHABLE, message);
    }

    /** Retry-After, RFC 9110 §10.2.3: seconds or a date. Nothing where it is neither. */
    private Optional<Duration> pause(String value) {
        String text = value.strip();
        if (text.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration left = Duration.between(means.clock().instant(), until);
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
