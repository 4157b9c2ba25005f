package org.vito.ingest.fetch;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * Opens http and https addresses. Redirections are followed by hand, so that each is counted and asked of the policy; one
 * from https to http is refused.
 */
final class HttpFetcher implements Fetcher {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final FetchLimits limits;
    private final AddressPolicy policy;
    private final InstantSource clock;
    private final HttpClient client;

    HttpFetcher(FetchLimits limits, AddressPolicy policy, InstantSource clock, Executor executor) {
        this.limits = limits;
        this.policy = policy;
        this.clock = clock;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.connect())
                .executor(executor)
                .build();
    }

    @Override
    public Set<String> schemes() {
        return SCHEMES;
    }

    @Override
    public Download open(URI address) {
        Instant deadline = clock.instant().plus(limits.total());
        URI at = address;
        for (int redirects = 0; redirects <= limits.redirects(); redirects++) {
            HttpResponse<TimedBody> response = send(at, deadline);
            if (response.statusCode() == 200) {
                return download(at, response);
            }
            response.body().close();
            if (!isRedirect(response.statusCode())) {
                throw refusal(at, response);
            }
            at = target(at, response);
            policy.check(at);
        }
        throw new VitoException(
                Reason.BAD_ADDRESS,
                "%s redirects more than %d times, last to %s".formatted(address, limits.redirects(), at));
    }

    private HttpResponse<TimedBody> send(URI at, Instant deadline) {
        try {
            HttpRequest request = HttpRequest.newBuilder(at)
                    .timeout(limits.read())
                    .header("User-Agent", limits.userAgent())
                    .GET()
                    .build();
            return client.send(request, head -> new TimedBody(at.toString(), limits.read(), deadline, clock));
        } catch (IllegalArgumentException e) {
            throw new VitoException(Reason.BAD_ADDRESS, "'" + at + "' cannot be asked for: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new RetriableException(Reason.UNREACHABLE, at + " cannot be reached: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetriableException(Reason.UNREACHABLE, "interrupted while asking for " + at, e);
        }
    }

    private Download download(URI at, HttpResponse<TimedBody> response) {
        long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (announced > limits.bytes()) {
            response.body().close();
            throw new VitoException(
                    Reason.TOO_LARGE, "%s has %d bytes; at most %d are taken".formatted(at, announced, limits.bytes()));
        }
        return new Download(response.body(), announced);
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI target(URI from, HttpResponse<?> response) {
        String location = response.headers().firstValue("Location").orElse("");
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new VitoException(Reason.BAD_ADDRESS, from + " redirects to '" + location + "', which is no URI", e);
        }
        String scheme = to.getScheme() == null ? "" : to.getScheme().toLowerCase(Locale.ROOT);
        if (location.isEmpty() || !SCHEMES.contains(scheme) || to.getHost() == null) {
            throw new VitoException(
                    Reason.BAD_ADDRESS, from + " redirects to '" + location + "'; expected an http or https address");
        }
        if ("https".equalsIgnoreCase(from.getScheme()) && scheme.equals("http")) {
            throw new VitoException(Reason.FORBIDDEN, from + " redirects from https to http, " + to);
        }
        return to;
    }

    private VitoException refusal(URI at, HttpResponse<?> response) {
        int status = response.statusCode();
        String message = at + " answered HTTP " + status;
        return switch (status) {
            case 404, 410 -> new VitoException(Reason.NOT_FOUND, message);
            case 401, 402, 403, 407, 451 -> new VitoException(Reason.FORBIDDEN, message);
            case 408, 425, 429 -> later(message, response);
            default -> status >= 500 ? later(message, response) : new VitoException(Reason.BAD_ADDRESS, message);
        };
    }

    private VitoException later(String message, HttpResponse<?> response) {
        Optional<Duration> pause = response.headers().firstValue("Retry-After").flatMap(this::pause);
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
            Duration left = Duration.between(clock.instant(), until);
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
