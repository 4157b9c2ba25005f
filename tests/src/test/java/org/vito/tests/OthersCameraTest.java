package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.StoredVideo;

/** Recordings of an RTSP server that is not ours: GStreamer's, which asks for a user by a digest and sends H.264 and H.265. */
@Tag("system")
class OthersCameraTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path PYTHON = Path.of("/usr/bin/python3"); // Debian's own, which has its bindings
    private static final String LIBRARIES =
            """
            import sys, gi
            gi.require_version('Gst', '1.0')
            gi.require_version('GstRtsp', '1.0')
            gi.require_version('GstRtspServer', '1.0')
            from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
            Gst.init(None)
            assert all(map(Gst.ElementFactory.find, ['videotestsrc', 'x264enc', 'x265enc', 'h265parse', 'rtph264pay', 'rtph265pay']))
            """;
    private static final String SERVER = LIBRARIES
            + """
            server = GstRtspServer.RTSPServer(address='127.0.0.1', service=sys.argv[1])
            auth = GstRtspServer.RTSPAuth()
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            token = GstRtspServer.RTSPToken()
            token.set_string('media.factory.role', 'viewer')
            auth.add_digest('me', 'hidden', token)
            server.set_auth(auth)
            picture = 'videotestsrc is-live=true pattern=ball ! video/x-raw,width=192,height=144,framerate=25/1 ! '
            for path, rest in [
                ('/h264', 'x264enc bframes=2 b-adapt=false key-int-max=25 speed-preset=veryfast ! rtph264pay name=pay0'),
                ('/h265', 'x265enc key-int-max=25 speed-preset=ultrafast ! h265parse ! rtph265pay name=pay0')]:
                factory = GstRtspServer.RTSPMediaFactory()
                factory.set_launch(picture + rest)
                access = Gst.Structure.new_empty('viewer')
                access.set_value('media.factory.access', True)
                access.set_value('media.factory.construct', True)
                factory.add_role_from_structure(access)
                server.get_mount_points().add_factory(path, factory)
            server.attach(None)
            print(server.get_bound_port(), flush=True)
            GLib.MainLoop().run()
            """;

    @TempDir
    private Path directory;

    /** A server in a process of its own. */
    private static final class Server implements AutoCloseable {
        private final Process process;
        private final int port;

        /** @param port 0 = any */
        Server(Path directory, int port) throws IOException {
            process = new ProcessBuilder(PYTHON.toString(), "-c", SERVER, String.valueOf(port))
                    .redirectError(directory.resolve("camera.err").toFile())
                    .start();
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            String line = out.readLine();
            if (line == null) {
                throw new IOException(Files.readString(directory.resolve("camera.err")));
            }
            this.port = Integer.parseInt(line);
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    private static boolean isThere() throws Exception {
        if (!Files.isExecutable(PYTHON)) {
            return false;
        }
        Process check = new ProcessBuilder(PYTHON.toString(), "-c", LIBRARIES)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return check.waitFor(1, TimeUnit.MINUTES) && check.exitValue() == 0;
    }

    @Test
    void itIsRecordedAndGoesOnAfterAnInterruption() throws Exception {
        assumeTrue(isThere(), "GStreamer's RTSP server is missing; deploy/check gets it where it can");
        Server server = new Server(directory, 0);
        try (SystemUnderTest system = new SystemUnderTest(directory)) {
            system.start("broker");
            VitoProcess ingest = ingest(system, server.port);
            for (String codec : List.of("h264", "hevc")) {
                StoredVideo video = of(codec, await(system, codec, 2)).get(1);
                assertThat(video.getContainer()).isEqualTo("mpegts");
                assertThat(List.of(video.getWidth(), video.getHeight())).containsExactly(192, 144);
                assertThat(video.getFramesPerSecond()).isEqualTo(25);
                assertThat(video.getDurationUs()).isBetween(2_900_000L, 4_100_000L);
                assertDecodes(system, video);
            }
            int before = of("h264", system.log(Topics.STORED).messages()).size();
            server.close();
            server = new Server(directory, server.port);
            await(system, "h264", before + 3); // one was under way
            system.forget(ingest);
            assertThat(ingest.stop()).isTrue();
            assertThat(system.log(Topics.DEAD_LETTERS).messages())
                    .as("but for what was too short when it broke off")
                    .extracting(DeadLetter::getReasonCode)
                    .isSubsetOf("TOO_SHORT", "DAMAGED_VIDEO");
        } finally {
            server.close();
        }
    }

    private static VitoProcess ingest(SystemUnderTest system, int port) throws Exception {
        String source =
                "{ type = live, url = \"rtsp://127.0.0.1:%d/%s\", user = me, password = hidden, length = 3s, stall = 3s }";
        return system.start(
                "ingest",
                "--config",
                new File(OthersCameraTest.class.getResource("/tiny.conf").toURI()).getPath(),
                "-Dvito.ingest.fetch.allow-networks=[\"127.0.0.1\"]",
                "-Dvito.ingest.retry={ base = 200ms, most = 1s }",
                "-Dvito.ingest.sources=[" + source.formatted(port, "h264") + ", " + source.formatted(port, "h265")
                        + "]");
    }

    private static List<StoredVideo> await(SystemUnderTest system, String codec, int count) throws Exception {
        return system.await(
                Topics.STORED,
                count + " of " + codec,
                PATIENCE,
                all -> of(codec, all).size() >= count);
    }

    private static List<StoredVideo> of(String codec, List<StoredVideo> videos) {
        return videos.stream().filter(v -> v.getCodec().equals(codec)).toList();
    }

    private void assertDecodes(SystemUnderTest system, StoredVideo video) throws Exception {
        Path file = system.data()
                .resolve("objects/videos")
                .resolve(video.getVideoId().substring(0, 2));
        Path clips = directory.resolve("clips-" + video.getCodec());
        VitoProcess decode = VitoProcess.start(
                "clips-" + video.getCodec(),
                directory,
                List.of("clips", file.resolve(video.getVideoId()).toString(), "-o", clips.toString()));
        assertThat(decode.awaitEnd(PATIENCE)).as(decode.tail()).isZero();
        assertThat(clips).isNotEmptyDirectory();
    }
}
