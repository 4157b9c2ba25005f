package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.ingest.testing.S3Server;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/** Buckets of a real S3 server, and servers that mean harm. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BucketsTest {
    private static final String KEY = "AKIDEXAMPLE";
    private static final String SECRET = "hidden-secret";

    @TempDir
    static Path directory;

    private S3Server server;

    @BeforeAll
    void start() throws Exception {
        server = S3Server.start(directory);
        server.createBucket("keys");
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void identify() {
        System.setProperty("aws.accessKeyId", KEY);
        System.setProperty("aws.secretAccessKey", SECRET);
    }

    @AfterEach
    void forget() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    private static Buckets buckets(URI endpoint, long mostBytes) {
        FetchLimits limits = new FetchLimits(
                Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(30), 3, mostBytes, "vito/test");
        AddressPolicy policy = AddressPolicy.standard(false, AllowedNetworks.with(List.of("127.0.0.1")));
        return new Buckets(
                new BucketSettings(endpoint, "eu-central-1", true, false), limits, policy, InstantSource.system());
    }

    private static byte[] read(Buckets buckets, URI address) throws IOException {
        try (Download download = buckets.open(address)) {
            byte[] bytes = download.body().readAllBytes();
            assertThat(download.sizeBytes()).isEqualTo(bytes.length);
            return bytes;
        }
    }

    @Test
    void aBucketIsListedPageByPageAndWhatIsInItRead() throws Exception {
        server.createBucket("films");
        for (int i = 0; i < 25; i++) {
            server.put("/films/in/%02d.mp4".formatted(i), ("film " + i).getBytes(StandardCharsets.UTF_8));
        }
        server.put("/films/out/x.mp4", new byte[] {1});
        try (Buckets buckets = buckets(server.endpoint(), 100)) {
            List<String> keys = new ArrayList<>();
            String after = "";
            Buckets.Page page;
            do {
                page = buckets.list("films", "in/", after, 10);
                page.items().forEach(item -> keys.add(item.key()));
                after = keys.get(keys.size() - 1);
            } while (!page.last());
            assertThat(keys).hasSize(25).isSorted().doesNotHaveDuplicates();
            Buckets.Item item = buckets.list("films", "in/07", "", 10).items().get(0);
            assertThat(item.sizeBytes()).isEqualTo(6);
            assertThat(item.tag()).isNotEmpty();
            assertThat(read(buckets, Buckets.address("films", item.key())))
                    .isEqualTo("film 7".getBytes(StandardCharsets.UTF_8));
            server.put("/films/in/07.mp4", new byte[] {2});
            assertThat(buckets.list("films", "in/07", "", 10).items().get(0).tag())
                    .isNotEqualTo(item.tag());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b.mp4", "ä/ö.mp4", "a+b&c=d.mp4", "50%.mp4", "a#b?c.mp4", "'quoted' (1).mp4"})
    void keysAreWhateverTheyAre(String key) throws Exception {
        URI address = Buckets.address("keys", key);
        server.put("/keys" + address.getRawPath().replace("+", "%2B"), key.getBytes(StandardCharsets.UTF_8));
        try (Buckets buckets = buckets(server.endpoint(), 100)) {
            URI submitted = Addresses.parse(address.toString(), null);
            assertThat(read(buckets, submitted)).isEqualTo(key.getBytes(StandardCharsets.UTF_8));
            assertThat(buckets.list("keys", key, "", 10).items())
                    .extracting(Buckets.Item::key)
                    .containsExactly(key);
        }
    }

    @Test
    void whatIsNotThereOrTooLargeIsRefusedByName() throws Exception {
        server.createBucket("some");
        server.put("/some/large.mp4", new byte[101]);
        try (Buckets buckets = buckets(server.endpoint(), 100)) {
            VitoException missing = refusal(() -> buckets.open(URI.create("s3://some/none.mp4")));
            assertThat(missing.reason()).isEqualTo(Reason.NOT_FOUND);
            assertThat(missing).hasMessageContaining("s3://some/none.mp4").hasMessageContaining("NoSuchKey");
            VitoException bucket = refusal(() -> buckets.list("nowhere", "", "", 10));
            assertThat(bucket.reason()).isEqualTo(Reason.NOT_FOUND);
            assertThat(bucket).hasMessageContaining("the bucket nowhere").hasMessageContaining("NoSuchBucket");
            assertThat(refusal(() -> buckets.open(URI.create("s3://some/large.mp4")))
                            .reason())
                    .isEqualTo(Reason.TOO_LARGE);
            for (String address : List.of("s3://some", "s3:///x", "s3://some/")) {
                assertThat(refusal(() -> buckets.open(URI.create(address))).reason())
                        .isEqualTo(Reason.BAD_ADDRESS);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "403 Forbidden, AccessDenied, FORBIDDEN, false",
        "403 Forbidden, SignatureDoesNotMatch, FORBIDDEN, false",
        "301 Moved Permanently, PermanentRedirect, BAD_ADDRESS, false",
        "503 Slow Down, SlowDown, UNREACHABLE, true",
        "500 Internal Server Error, InternalError, UNREACHABLE, true"
    })
    void refusalsSayWhyAndRequestsAreSigned(String status, String code, Reason reason, boolean again) throws Exception {
        try (RawServer raw = RawServer.start()) {
            String xml = "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>No.</Message></Error>".formatted(code);
            raw.answer("HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nContent-Length: " + xml.length()
                    + "\r\n\r\n" + xml);
            try (Buckets buckets = buckets(URI.create("http://127.0.0.1:" + raw.port()), 100)) {
                VitoException refused = refusal(() -> buckets.list("inner", "", "", 10));
                assertThat(refused.reason()).isEqualTo(reason);
                assertThat(refused instanceof RetriableException).isEqualTo(again);
                assertThat(refused).hasMessageContaining("the bucket inner").hasMessageContaining(code);
                assertThat(refused.getMessage()).doesNotContain(KEY, SECRET);
                assertThat(refusal(() -> buckets.open(URI.create("s3://inner/a.mp4")))
                                .reason())
                        .isEqualTo(reason);
            }
            assertThat(raw.requests()).hasSize(2); // the SDK tries nothing again by itself
            String request = raw.requests().get(0);
            assertThat(request)
                    .startsWith("GET /inner?")
                    .contains("\r\nHost: 127.0.0.1:" + raw.port() + "\r\n")
                    .contains("Credential=" + KEY + "/")
                    .doesNotContain(SECRET);
            String signed = request.replaceAll("(?s).*SignedHeaders=([^,]*),.*", "$1");
            for (String name : signed.split(";", -1)) {
                assertThat(request.toLowerCase(java.util.Locale.ROOT)).contains("\r\n" + name + ": ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://10.0.0.1:9000", "http://169.254.169.254", "http://[::1]:9000"})
    void endpointsAreCheckedLikeAnyAddress(String endpoint) {
        try (Buckets buckets = buckets(URI.create(endpoint), 100)) {
            VitoException refused = refusal(() -> buckets.list("films", "", "", 10));
            assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
            assertThat(refused).hasMessageContaining("allow-networks");
        }
    }

    @Test
    void whatBreaksOffGoesOnWhereItDid() throws Exception {
        try (RawServer raw = RawServer.start()) {
            raw.answerInTurn(
                    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"v1\"\r\n\r\n0123",
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 6\r\nETag: \"v1\"\r\n\r\n"
                            + "456789");
            try (Buckets buckets = buckets(URI.create("http://127.0.0.1:" + raw.port()), 100)) {
                assertThat(read(buckets, URI.create("s3://films/a.mp4")))
                        .isEqualTo("0123456789".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(raw.requests().get(1).toLowerCase(java.util.Locale.ROOT))
                    .contains("\r\nrange: bytes=4-\r\n", "\r\nif-match: \"v1\"\r\n");
        }
    }

    private static VitoException refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(VitoException.class, call);
    }
}
