package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

class HttpFetcherTest {
    private static final byte[] VIDEO = new byte[100_000];
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer server;
    private String base;
    private Fetchers fetchers;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        base = "http://127.0.0.1:" + server.getAddress().getPort();
        FetchLimits limits = new FetchLimits(
                Duration.ofSeconds(2), Duration.ofMillis(1500), Duration.ofSeconds(30), 3, VIDEO.length, "vito/test");
        AddressPolicy standard = AddressPolicy.standard(true, AllowedNetworks.with(List.of("127.0.0.1")));
        AddressPolicy policy = new AddressPolicy() {
            @Override
            public void check(URI address) {
                standard.check(address);
                if (String.valueOf(address.getPath()).startsWith("/private")) {
                    throw new VitoException(Reason.FORBIDDEN, "private");
                }
            }

            @Override
            public void check(URI address, InetAddress resolved) {
                standard.check(address, resolved);
            }
        };
        fetchers = Fetchers.standard(
                limits, new HlsLimits(360, 100, 1 << 20, 10, Duration.ofSeconds(1)), policy, InstantSource.fixed(NOW));
        serve("/video", exchange -> {
            exchange.sendResponseHeaders(200, VIDEO.length);
            exchange.getResponseBody().write(VIDEO);
        });
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void bytesArriveWholeAlsoBehindARedirect() throws IOException {
        redirect("/there", "video");
        for (String path : new String[] {"/video", "/there"}) {
            try (Download download = fetchers.open(URI.create(base + path))) {
                assertThat(download.sizeBytes()).isEqualTo(VIDEO.length);
                assertThat(download.body().readAllBytes()).isEqualTo(VIDEO);
            }
        }
    }

    @Test
    void statusesSayWhetherToTryAgain() {
        for (Object[] expected : new Object[][] {
            {404, Reason.NOT_FOUND, false},
            {410, Reason.NOT_FOUND, false},
            {401, Reason.FORBIDDEN, false},
            {403, Reason.FORBIDDEN, false},
            {400, Reason.BAD_ADDRESS, false},
            {206, Reason.BAD_ADDRESS, false},
            {408, Reason.UNREACHABLE, true},
            {429, Reason.UNREACHABLE, true},
            {500, Reason.UNREACHABLE, true},
            {503, Reason.UNREACHABLE, true},
        }) {
            serve("/status" + expected[0], exchange -> exchange.sendResponseHeaders((int) expected[0], -1));
            VitoException refused = refusal("/status" + expected[0]);
            assertThat(refused.reason()).isEqualTo(expected[1]);
            assertThat(refused instanceof RetriableException).isEqualTo(expected[2]);
            assertThat(refused).hasMessageContaining(base).hasMessageContaining(expected[0].toString());
        }
    }

    @Test
    void aServerSaysHowLongToWait() {
        retryAfter("/seconds", "7");
        retryAfter("/date", "Thu, 1 Jan 2026 00:00:09 GMT");
        retryAfter("/past", "Wed, 31 Dec 2025 00:00:00 GMT");
        retryAfter("/nonsense", "soon");
        assertThat(((RetryLaterException) refusal("/seconds")).pause()).isEqualTo(Duration.ofSeconds(7));
        assertThat(((RetryLaterException) refusal("/date")).pause()).isEqualTo(Duration.ofSeconds(9));
        assertThat(((RetryLaterException) refusal("/past")).pause()).isZero();
        assertThat(refusal("/nonsense"))
                .isInstanceOf(RetriableException.class)
                .isNotInstanceOf(RetryLaterException.class);
    }

    @Test
    void aBodyThatStopsIsGivenUp() throws IOException {
        serve("/slow", exchange -> {
            exchange.sendResponseHeaders(200, VIDEO.length);
            exchange.getResponseBody().write(VIDEO, 0, 10);
            exchange.getResponseBody().flush();
            awaitEnd();
        });
        serve("/silent", exchange -> awaitEnd());
        try (Download download = fetchers.open(URI.create(base + "/slow"))) {
            assertThat(download.body().readNBytes(10)).hasSize(10);
            assertThatThrownBy(() -> download.body().readAllBytes())
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("sent nothing for 1500 ms");
        }
        assertThat(refusal("/silent")).isInstanceOf(RetriableException.class);
    }

    @Test
    void aBodyThatBreaksOffIsNoEnd() {
        serve("/broken", exchange -> {
            exchange.sendResponseHeaders(200, VIDEO.length);
            exchange.getResponseBody().write(VIDEO, 0, 50_000);
            throw new IOException("the server dies");
        });
        assertThatThrownBy(() -> {
                    try (Download download = fetchers.open(URI.create(base + "/broken"))) {
                        download.body().readAllBytes();
                    }
                })
                .isInstanceOf(RetriableException.class);
    }

    @Test
    void anAnnouncedSizeBeyondTheLimitIsRefusedAtOnce() {
        serve("/large", exchange -> {
            exchange.sendResponseHeaders(200, VIDEO.length + 1L);
            exchange.getResponseBody().flush();
            awaitEnd(); // a connection closed at once might be seen before the size
        });
        assertThat(refusal("/large").reason()).isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void redirectionsAreCountedAndChecked() {
        redirect("/loop", "/loop");
        redirect("/file", "file:///etc/hostname");
        redirect("/rule", "/private/video");
        redirect("/nowhere", "");
        assertThat(refusal("/loop").reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(refusal("/loop")).hasMessageContaining("more than 3 times");
        assertThat(refusal("/file").reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(refusal("/rule").reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(refusal("/nowhere").reason()).isEqualTo(Reason.BAD_ADDRESS);
    }

    @Test
    void aRefusedConnectionMayPass() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        VitoException refused = catchThrowableOfType(
                VitoException.class, () -> fetchers.open(URI.create("http://127.0.0.1:" + port + "/video")));
        assertThat(refused).isInstanceOf(RetriableException.class);
        assertThat(refused.reason()).isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void addressesThatNothingFetchesAreRefused() {
        for (String address : new String[] {"ftp://a/b", "s3://a/b", "gopher:a"}) {
            assertThatThrownBy(() -> fetchers.open(URI.create(address))).hasMessageContaining("expected one of");
        }
        VitoException refused = catchThrowableOfType(
                VitoException.class, () -> fetchers.open(URI.create("http://user:secret@127.0.0.1/video")));
        assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(refused.getMessage()).doesNotContain("secret");
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void serve(String path, Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                answer.to(exchange);
            }
        });
    }

    private void redirect(String path, String location) {
        serve(path, exchange -> {
            exchange.getResponseHeaders().add("Location", location);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    private void retryAfter(String path, String value) {
        serve(path, exchange -> {
            exchange.getResponseHeaders().add("Retry-After", value);
            exchange.sendResponseHeaders(429, -1);
        });
    }

    private VitoException refusal(String path) {
        return catchThrowableOfType(VitoException.class, () -> fetchers.open(URI.create(base + path)));
    }

    private void awaitEnd() throws IOException {
        try {
            over.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
