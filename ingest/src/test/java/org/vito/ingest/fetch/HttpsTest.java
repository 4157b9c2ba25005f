package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.RetriableException;

/** TLS to an address that was checked, with the name that was asked for. */
@NullUnmarked // JUnit fills the fields
class HttpsTest {
    @TempDir
    static Path directory;

    private static SSLContext tls;

    /** A certificate for video.test, which the client trusts. */
    @BeforeAll
    static void certify() throws Exception {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=video.test",
                        "-ext",
                        "san=dns:video.test",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(120, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    }

    private static Download open(String host, int port) {
        return open(host, port, Duration.ofSeconds(20));
    }

    private static Download open(String host, int port, Duration total) {
        FetchLimits limits =
                new FetchLimits(Duration.ofSeconds(5), Duration.ofSeconds(5), total, 3, 100_000, "vito/test");
        return new HttpFetcher(new HttpConnection.Means(
                        limits,
                        AddressPolicy.standard(false, AllowedNetworks.with(List.of("127.0.0.1"))),
                        name -> List.of(RawServer.address("127.0.0.1")),
                        tls.getSocketFactory(),
                        InstantSource.system()))
                .open(URI.create("https://" + host + ":" + port + "/video.mp4"));
    }

    private static SSLServerSocket listen() throws Exception {
        return (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(0, 5, RawServer.address("127.0.0.1"));
    }

    @Test
    void theServerIsToldTheNameAndMustHaveItsCertificate() throws Exception {
        try (SSLServerSocket listening = listen()) {
            CompletableFuture<String> name = new CompletableFuture<>();
            Thread thread = new Thread(() -> serve(listening, name));
            thread.setDaemon(true);
            thread.start();
            try (Download download = open("video.test", listening.getLocalPort())) {
                assertThat(download.body().readAllBytes()).hasSize(2);
            }
            assertThat(name.get(120, TimeUnit.SECONDS)).isEqualTo("video.test");
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefused() throws Exception {
        try (SSLServerSocket listening = listen()) {
            Thread thread = new Thread(() -> serve(listening, new CompletableFuture<>()));
            thread.setDaemon(true);
            thread.start();
            assertThatThrownBy(() -> open("other.test", listening.getLocalPort()))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("other.test");
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a read cannot be interrupted
    void aHandshakeByteByByteEndsWithTheTimeOfTheFetch() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 5, RawServer.address("127.0.0.1"))) {
            Thread thread = new Thread(() -> drip(listening));
            thread.setDaemon(true);
            thread.start();
            assertThatThrownBy(() -> open("video.test", listening.getLocalPort(), Duration.ofSeconds(1)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("video.test");
        }
    }

    /** The head of a handshake message of 16,383 bytes, and then one of these every 50 ms: never long enough silent. */
    private static void drip(ServerSocket listening) {
        CountDownLatch never = new CountDownLatch(1);
        try (Socket client = listening.accept()) {
            client.getOutputStream().write(new byte[] {22, 3, 3, 63, -1});
            while (!never.await(50, TimeUnit.MILLISECONDS)) {
                client.getOutputStream().write(2);
            }
        } catch (IOException | InterruptedException e) {
            never.countDown(); // the client has had enough
        }
    }

    private static void serve(SSLServerSocket listening, CompletableFuture<String> name) {
        try (SSLSocket client = (SSLSocket) listening.accept()) {
            client.startHandshake();
            ExtendedSSLSession session = (ExtendedSSLSession) client.getSession();
            name.complete(((SNIHostName) session.getRequestedServerNames().get(0)).getAsciiName());
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
        } catch (Exception e) {
            name.completeExceptionally(e);
        }
    }
}
