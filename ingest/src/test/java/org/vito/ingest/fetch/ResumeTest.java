package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.RetriableException;

/** Servers that break off. */
@NullUnmarked // JUnit fills the fields
class ResumeTest {
    private static final String WHOLE = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"v1\"\r\n\r\n";

    private RawServer server;

    @BeforeEach
    void start() throws IOException {
        server = RawServer.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private String fetch() throws IOException {
        FetchLimits limits = new FetchLimits(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(20), 3, 100_000, "vito/test");
        AddressPolicy policy = AddressPolicy.standard(false, AllowedNetworks.with(List.of("127.0.0.1")));
        try (Download download = Fetchers.standard(
                        limits,
                        new HlsLimits(360, 100, 1 << 20, 10, Duration.ofSeconds(1)),
                        policy,
                        InstantSource.system())
                .open(URI.create("http://127.0.0.1:" + server.port() + "/video.mp4"))) {
            return new String(download.body().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String rest(int from, String bytes, String tag) {
        return "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-9/10\r\nContent-Length: %d\r\nETag: %s\r\n\r\n%s"
                .formatted(from, 10 - from, tag, bytes);
    }

    @Test
    void whatBrokeOffGoesOnWhereItDid() throws IOException {
        server.answerInTurn(WHOLE + "0123", rest(4, "456", "\"v1\""), rest(7, "789", "\"v1\""));
        assertThat(fetch()).isEqualTo("0123456789");
        assertThat(server.requests()).hasSize(3);
        assertThat(server.requests().get(0)).doesNotContain("Range");
        assertThat(server.requests().get(1)).contains("\r\nRange: bytes=4-\r\n", "\r\nIf-Range: \"v1\"\r\n");
        assertThat(server.requests().get(2)).contains("\r\nRange: bytes=7-\r\n");
    }

    @Test
    void theTimeOfChangeServesWhereThereIsNoTag() throws IOException {
        String date = "Wed, 31 Dec 2025 00:00:00 GMT";
        server.answerInTurn(
                WHOLE.replace("ETag: \"v1\"", "ETag: W/\"v1\"\r\nLast-Modified: " + date) + "0123",
                rest(4, "456789", "W/\"v1\""));
        assertThat(fetch()).isEqualTo("0123456789");
        assertThat(server.requests().get(1)).contains("\r\nIf-Range: " + date + "\r\n");
    }

    /** Another version, the whole anew, another span, a refusal, nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"other", "whole", "span", "gone", "nothing"})
    void whatIsNotTheRestOfTheSameIsNotTaken(String kind) {
        String second =
                switch (kind) {
                    case "other" -> rest(4, "xxxxxx", "\"v2\"");
                    case "whole" -> WHOLE + "xxxxxxxxxx";
                    case "span" -> rest(5, "xxxxx", "\"v1\"");
                    case "gone" -> "HTTP/1.1 404 Not Found\r\n\r\n";
                    default -> "";
                };
        server.answerInTurn(WHOLE + "0123", second);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("after 4 of the 10 bytes");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void withoutATagOrATimeOrWhereNothingComesNobodyAsksAgain() {
        server.answerInTurn("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123", "");
        assertThatThrownBy(this::fetch).isInstanceOf(RetriableException.class);
        assertThat(server.requests()).hasSize(1);
        server.answerInTurn(WHOLE, "");
        assertThatThrownBy(this::fetch).isInstanceOf(RetriableException.class);
        assertThat(server.requests()).hasSize(2);
    }
}
