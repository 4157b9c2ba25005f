package org.vito.ingest.fetch;

import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * Lists buckets of S3, and of servers that speak its language, and opens what is in them: {@code s3://bucket/key}. Credentials
 * are those of the SDK's default chain: environment, files of the user, the machine's role. Requests go the way of all others,
 * by addresses that were checked. Safe to use from several threads.
 */
public final class Buckets implements Fetcher, AutoCloseable {
    private static final String SCHEME = "s3";

    private final BucketSettings settings;
    private final FetchLimits limits;
    private final BucketHttp http;
    private @Nullable S3Client client; // made when it is first needed: few need it

    /** @param limits of every request; {@code bytes} of an object */
    public Buckets(BucketSettings settings, FetchLimits limits, AddressPolicy policy, InstantSource clock) {
        this.settings = settings;
        this.limits = limits;
        SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
        http = new BucketHttp(new HttpConnection.Means(limits, policy, Resolver.system(), tls, clock));
    }

    /** An object: its key, what tells this content from others under the key, and its size. */
    public record Item(String key, String tag, long sizeBytes) {}

    /** Some of a bucket's objects in the order of their keys; {@code last} if there are no more. */
    public record Page(List<Item> items, boolean last) {
        public Page {
            items = List.copyOf(items);
        }
    }

    /** The address of an object. */
    public static URI address(String bucket, String key) {
        try {
            return new URI(SCHEME, bucket, "/" + key, null, null);
        } catch (URISyntaxException e) {
            throw new VitoException(
                    Reason.BAD_ADDRESS, "the object '" + key + "' of the bucket '" + bucket + "' has no address", e);
        }
    }

    /**
     * Objects whose keys begin with {@code prefix} and come after {@code after}; blocks.
     *
     * @param most most of them, 1 … 1000
     * @throws VitoException NOT_FOUND if there is no such bucket, FORBIDDEN if we may not list it, a {@link
     *     RetriableException} where trying again may help
     */
    public Page list(String bucket, String prefix, String after, int most) {
        return asked("the bucket " + bucket, () -> {
            ListObjectsV2Response answer = client().listObjectsV2(r -> r.bucket(bucket)
                    .prefix(prefix.isEmpty() ? null : prefix)
                    .startAfter(after.isEmpty() ? null : after)
                    .maxKeys(most));
            List<Item> items = answer.contents().stream()
                    .map(o -> new Item(o.key(), String.valueOf(o.eTag()), o.size() == null ? 0 : o.size()))
                    .toList();
            return new Page(items, !Boolean.TRUE.equals(answer.isTruncated()));
        });
    }

    @Override
    public Set<String> schemes() {
        return Set.of(SCHEME);
    }

    @Override
    public Download open(URI address) {
        String bucket = String.valueOf(address.getAuthority());
        String path = address.getPath() == null ? "" : address.getPath();
        if (address.getAuthority() == null || path.length() < 2) {
            throw new VitoException(
                    Reason.BAD_ADDRESS, "'" + Addresses.shown(address.toString()) + "': expected s3://bucket/key");
        }
        String key = path.substring(1);
        String shown = Addresses.shown(address.toString());
        ResponseInputStream<GetObjectResponse> first =
                asked(shown, () -> client().getObject(r -> r.bucket(bucket).key(key)));
        GetObjectResponse answer = first.response();
        long size = answer.contentLength() == null ? -1 : answer.contentLength();
        if (size > limits.bytes()) {
            first.abort();
            throw new VitoException(
                    Reason.TOO_LARGE, "%s has %d bytes; at most %d are taken".formatted(shown, size, limits.bytes()));
        }
        InputStream body = body(shown, first);
        String tag = answer.eTag();
        return new Download(
                tag == null || size < 0
                        ? body
                        : new ResumingBody(body, position -> rest(shown, bucket, key, position, tag)),
                size);
    }

    private Optional<InputStream> rest(String shown, String bucket, String key, long position, String tag) {
        try {
            return Optional.of(body(shown, asked(shown, () -> client().getObject(
                            r -> r.bucket(bucket).key(key).ifMatch(tag).range("bytes=" + position + "-")))));
        } catch (RetriableException e) {
            throw e;
        } catch (VitoException e) {
            return Optional.empty(); // it was changed meanwhile
        }
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
        }
    }

    private synchronized S3Client client() {
        S3Client known = client;
        if (known == null) {
            S3ClientBuilder builder = S3Client.builder()
                    .httpClient(http)
                    .region(Region.of(settings.region()))
                    .forcePathStyle(settings.pathStyle())
                    .credentialsProvider(
                            settings.anonymous()
                                    ? AnonymousCredentialsProvider.create()
                                    : DefaultCredentialsProvider.builder().build())
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                    .overrideConfiguration(c -> c.retryStrategy(DefaultRetryStrategy.doNotRetry()));
            URI endpoint = settings.endpoint();
            if (endpoint != null) {
                builder.endpointOverride(endpoint);
            }
            known = builder.build();
            client = known;
        }
        return known;
    }

    private static <T> T asked(String what, Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw refusal(what, e);
        }
    }

    private static VitoException refusal(String what, SdkException cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof VitoException ours) {
                return ours;
            }
        }
        if (!(cause instanceof AwsServiceException answer)) {
            String message = String.valueOf(cause.getMessage());
            return message.contains("credentials")
                    ? new VitoException(Reason.FORBIDDEN, what + " was not asked for: there are no credentials", cause)
                    : new RetriableException(Reason.UNREACHABLE, what + ": " + message, cause);
        }
        AwsErrorDetails details = answer.awsErrorDetails();
        String said = details == null ? "" : " (" + details.errorCode() + ": " + details.errorMessage() + ")";
        String message = what + " answered HTTP " + answer.statusCode() + said;
        return switch (answer.statusCode()) {
            case 404, 410 -> new VitoException(Reason.NOT_FOUND, message, cause);
            case 401, 403 -> new VitoException(Reason.FORBIDDEN, message, cause);
            case 408, 429 -> new RetriableException(Reason.UNREACHABLE, message, cause);
            default ->
                answer.statusCode() >= 500
                        ? new RetriableException(Reason.UNREACHABLE, message, cause)
                        : new VitoException(Reason.BAD_ADDRESS, message, cause);
        };
    }

    /** Bytes of an object, which fail as ours do. */
    private static InputStream body(String shown, InputStream of) {
        return BlockStream.of(of, e -> {
            if (e instanceof SdkException refused) {
                return refusal(shown, refused);
            }
            return new RetriableException(Reason.UNREACHABLE, shown + " broke off: " + e, e);
        });
    }
}
