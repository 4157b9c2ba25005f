package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/** Servers that mean harm, on names that stand for this machine. */
@NullUnmarked // JUnit fills the fields
class HostileServerTest {
    @TempDir
    Path directory;

    private final Map<String, List<InetAddress>> names = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private RawServer server;

    @BeforeEach
    void start() throws IOException {
        server = RawServer.start();
        names.put("video.test", List.of(RawServer.address("127.0.0.1")));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private HttpFetcher fetcher(Duration total, String... allowed) {
        FetchLimits limits =
                new FetchLimits(Duration.ofSeconds(5), Duration.ofMillis(1500), total, 3, 100_000, "vito/test");
        Resolver resolver = host -> {
            asked.add(host);
            List<InetAddress> addresses = names.get(host);
            if (addresses == null) {
                return Resolver.system().resolve(host);
            }
            return addresses;
        };
        return new HttpFetcher(new HttpConnection.Means(
                limits,
                AddressPolicy.standard(false, AllowedNetworks.with(List.of(allowed))),
                resolver,
                (SSLSocketFactory) SSLSocketFactory.getDefault(),
                InstantSource.system()));
    }

    private URI at(String path) {
        return URI.create("http://video.test:" + server.port() + path);
    }

    private VitoException refusal(URI address) {
        return catchThrowableOfType(VitoException.class, () -> {
            try (Download download =
                    fetcher(Duration.ofSeconds(20), "video.test").open(address)) {
                download.body().readAllBytes();
            }
        });
    }

    private VitoException refusalOf(String... answer) {
        server.answer(String.join("\r\n", answer));
        return refusal(at("/video.mp4"));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, this machine",
        "127.8.8.8, this machine",
        "0.0.0.0, unspecified",
        "10.1.2.3, private",
        "172.31.255.255, private",
        "192.168.0.1, private",
        "169.254.169.254, link-local",
        "100.64.0.1, carrier",
        "192.0.2.7, documentation",
        "198.51.100.7, documentation",
        "203.0.113.7, documentation",
        "198.19.0.1, measurements",
        "192.0.0.8, protocols",
        "224.0.0.251, multicast",
        "255.255.255.255, reserved",
        "::1, this machine",
        "::, unspecified",
        "::ffff:127.0.0.1, this machine",
        "::ffff:10.0.0.1, private",
        "::7f00:1, this machine",
        "fe80::1, link-local",
        "fd12:3456::1, private",
        "fec0::1, global unicast",
        "ff02::fb, multicast",
        "2001:db8::1, documentation",
        "2002:7f00:1::1, relay",
        "64:ff9b::7f00:1, translator"
    })
    void whatIsSetAsideIsNotConnectedTo(String address, String why) throws Exception {
        names.put("inner.test", List.of(RawServer.address("93.184.216.34"), RawServer.address(address)));
        VitoException refused = refusal(URI.create("http://inner.test:" + server.port() + "/video.mp4"));
        assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(refused).hasMessageContaining(why).hasMessageContaining("allow-networks");
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]"})
    void norIsThisMachineByAnotherSpelling(String host) {
        VitoException refused = refusal(URI.create("http://" + host + ":" + server.port() + "/video.mp4"));
        assertThat(refused.reason())
                .as(refused.getMessage())
                .isIn(Reason.FORBIDDEN, Reason.UNREACHABLE, Reason.BAD_ADDRESS);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void publicAddressesPassAndSettingsAllowOthers() throws Exception {
        URI address = URI.create("http://some.test/video.mp4");
        for (String open : new String[] {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"}) {
            AllowedNetworks.publicOnly().check(address, RawServer.address(open));
        }
        AllowedNetworks some = AllowedNetworks.with(List.of("10.1.0.0/16", "fd00::/8", "192.168.7.7", "some.test"));
        for (String allowed : new String[] {"10.1.255.1", "fd00::1", "192.168.7.7"}) {
            some.check(URI.create("http://x.test/"), RawServer.address(allowed));
        }
        some.check(address, RawServer.address("127.0.0.1"));
        for (String other : new String[] {"10.2.0.1", "192.168.7.8", "127.0.0.1"}) {
            assertThatThrownBy(() -> some.check(URI.create("http://x.test/"), RawServer.address(other)))
                    .isInstanceOf(VitoException.class);
        }
        for (String none : new String[] {"10.0.0.0/33", "10.0.0/8", "a b", "", "::/200"}) {
            assertThatThrownBy(() -> AllowedNetworks.with(List.of(none))).hasMessageContaining("'" + none + "'");
        }
    }

    @Test
    void aNameIsLookedUpOnceAndItsServerHearsTheName() throws IOException {
        server.answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes");
        try (Download download = fetcher(Duration.ofSeconds(20), "127.0.0.0/8").open(at("/a%20b.mp4?q=%C3%A4"))) {
            assertThat(download.sizeBytes()).isEqualTo(5);
            assertThat(new String(download.body().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("bytes");
        }
        assertThat(asked).containsExactly("video.test");
        assertThat(server.requests().get(0))
                .startsWith("GET /a%20b.mp4?q=%C3%A4 HTTP/1.1\r\n")
                .contains("\r\nHost: video.test:" + server.port() + "\r\n", "\r\nUser-Agent: vito/test\r\n")
                .contains("\r\nAccept-Encoding: identity\r\n");
    }

    @Test
    void aRedirectionIsLookedUpAndCheckedAgain() throws Exception {
        names.put("inner.test", List.of(RawServer.address("10.0.0.1")));
        VitoException refused = refusalOf("HTTP/1.1 302 Found", "Location: http://inner.test/video.mp4", "", "");
        assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(refused).hasMessageContaining("10.0.0.1");
        refused = refusalOf("HTTP/1.1 302 Found", "Location: http://127.0.0.1:" + server.port() + "/", "", "");
        assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
        refused = refusalOf("HTTP/1.1 302 Found", "Location: file:///etc/passwd", "", "");
        assertThat(refused.reason()).isEqualTo(Reason.BAD_ADDRESS);
        refused = refusalOf("HTTP/1.1 302 Found", "Location: http://me:hidden@video.test/", "", "");
        assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(refused.getMessage()).doesNotContain("hidden");
    }

    @Test
    void redirectionsEnd() {
        VitoException refused = refusalOf("HTTP/1.1 307 Again", "Location: /video.mp4?token=hidden", "", "");
        assertThat(refused.reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(refused).hasMessageContaining("more than 3 times");
        assertThat(refused.getMessage()).doesNotContain("hidden");
        assertThat(server.requests()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/html", "TEXT/HTML; charset=utf-8", "application/json", "image/jpeg", "application/pdf"})
    void whatIsNoVideoIsRefusedBeforeItIsRead(String type) {
        VitoException refused = refusalOf("HTTP/1.1 200 OK", "Content-Type: " + type, "Content-Length: 9000", "", "<");
        assertThat(refused.reason()).isEqualTo(Reason.NOT_A_VIDEO);
        assertThat(refused).hasMessageContaining("instead of a video").hasMessageContaining("video.test");
    }

    @Test
    void nothingIsExpanded() {
        VitoException refused = refusalOf("HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Length: 3", "", "abc");
        assertThat(refused).hasMessageContaining("gzip");
        refused = refusalOf("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked", "", "0", "", "");
        assertThat(refused).hasMessageContaining("gzip");
    }

    @Test
    void aLengthThatIsALieIsFound() {
        VitoException refused = refusalOf("HTTP/1.1 200 OK", "Content-Length: 9000", "", "short");
        assertThat(refused).isInstanceOf(RetriableException.class);
        assertThat(refused).hasMessageContaining("after 5 of the 9000 bytes");
        refused = refusalOf("HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 6", "", "short");
        assertThat(refused.reason()).isEqualTo(Reason.BAD_ADDRESS);
        refused = refusalOf("HTTP/1.1 200 OK", "Content-Length: -5", "", "short");
        assertThat(refused.reason()).isEqualTo(Reason.BAD_ADDRESS);
        refused = refusalOf("HTTP/1.1 200 OK", "Content-Length: 100001", "", "short");
        assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void chunksAreReadAndTheirLiesFound() throws IOException {
        String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        server.answer(head + "5;x=y\r\nbytes\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n");
        try (Download download = fetcher(Duration.ofSeconds(20), "video.test").open(at("/video.mp4"))) {
            assertThat(download.body().readAllBytes()).isEqualTo("bytes!".getBytes(StandardCharsets.US_ASCII));
        }
        for (String lie : new String[] {"3\r\nbytes\r\n0\r\n\r\n", "zz\r\n", "fffffffffffffffff\r\n", "5\r\nby"}) {
            server.answer(head + lie);
            assertThat(refusal(at("/video.mp4"))).as(lie).isNotNull();
        }
    }

    @Test
    void whatIsNotHttpOrHasNoEndIsGivenUp() throws IOException {
        assertThat(refusalOf("SSH-2.0-OpenSSH_9.2", "").reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(refusalOf("HTTP/1.1 200 OK", "no field", "", "").reason()).isEqualTo(Reason.BAD_ADDRESS);
        server.answerForEver("HTTP/1.1 200 OK\r\n", "Field: value\r\n");
        assertThat(refusal(at("/"))).hasMessageContaining("headers of more than");
        server.answerForEver("", "HTTP/1.1 103 Early Hints\r\n\r\n");
        assertThat(refusal(at("/"))).hasMessageContaining("interim");
        server.answerForEver("HTTP/1.1 200 OK\r\n\r\n", "0123456789abcdef");
        DirectoryObjectStore store = DirectoryObjectStore.open(directory);
        try (Download endless = fetcher(Duration.ofSeconds(20), "video.test").open(at("/"))) {
            assertThatThrownBy(() -> store.put("videos", endless.body(), 100_000))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
        }
        try (Download endless = fetcher(Duration.ofMillis(300), "video.test").open(at("/"))) {
            assertThatThrownBy(() -> endless.body().readAllBytes()).hasMessageContaining("in the time allowed");
        }
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        server.beSilent();
        assertThat(refusal(at("/video.mp4"))).hasMessageContaining("sent nothing for 1500 ms");
    }

    @Test
    void namesThatNobodyKnowsMayBeKnownLater() {
        VitoException refused =
                catchThrowableOfType(VitoException.class, () -> new HttpFetcher(new HttpConnection.Means(
                                new FetchLimits(
                                        Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, "v"),
                                AddressPolicy.standard(false, AllowedNetworks.publicOnly()),
                                host -> {
                                    throw new UnknownHostException(host);
                                },
                                (SSLSocketFactory) SSLSocketFactory.getDefault(),
                                InstantSource.system()))
                        .open(URI.create("http://nowhere.test/")));
        assertThat(refused).isInstanceOf(RetriableException.class).hasMessageContaining("nowhere.test");
    }

    @Test
    void whatIsSecretIsNotShown() {
        assertThat(Addresses.shown("https://me:pw@h.test/a?X-Amz-Signature=ab12&x=1&access_token=t&key=k#f"))
                .isEqualTo("https://***@h.test/a?X-Amz-Signature=***&x=1&access_token=***&key=***#f");
        assertThat(Addresses.shown("not an address //u:p@host sig")).isEqualTo("not an address //***@host sig");
        assertThat(Addresses.shown("https://h.test/a@b?monkey=1")).isEqualTo("https://h.test/a@b?monkey=1");
        assertThatThrownBy(() -> Addresses.parse("http://u:hidden@h h/", null))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hidden"));
    }
}
