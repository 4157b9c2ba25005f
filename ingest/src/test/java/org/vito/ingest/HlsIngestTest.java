package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.testing.Films;
import org.vito.ingest.testing.Site;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.StoredVideo;

/** HLS playlists over a real Kafka, real decoders and a real HTTP server. */
class HlsIngestTest {
    @TempDir
    Path directory;

    @Test
    void playlistsBecomeVideosOfTheirWholeLengthOrDeadLetters() throws Exception {
        List<byte[]> film = Films.segments(directory, 250, 10);
        List<byte[]> fragments = Films.fragments(directory, 300, 10);
        TestSystem system = new TestSystem(directory);
        RunningRole ingest = IngestRole.start(system.actors, system.settings(), system.decoders, system.platform);
        try (Site site = new Site();
                Submitter submitter = Submitter.open(TestBroker.access(), system.platform.clock());
                Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
                Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS)) {
            site.put("/a_cat.m3u8", playlist(site, "ts", film, ""));
            site.put(
                    "/a_dog.m3u8",
                    playlist(site, "mp4", fragments.subList(1, fragments.size()), "#EXT-X-MAP:URI=\"h\""));
            site.put("/h", fragments.get(0));
            site.put(
                    "/inner.m3u8",
                    "#EXTM3U",
                    "#EXT-X-TARGETDURATION:1",
                    "#EXTINF:1,",
                    "http://10.0.0.1/x.ts",
                    "#EXT-X-ENDLIST");
            site.put("/a_bird.m3u8", interrupted(site, Films.segments(directory, 250, 90)));
            for (String path : List.of("/a_cat.m3u8", "/a_dog.m3u8", "/a_bird.m3u8", "/inner.m3u8")) {
                submitter.submit(site.at(path).toString(), "", "");
            }
            StoredVideo cat = stored.await(1, v -> v.getTitle().equals("a cat")).get(0);
            assertThat(cat.getContainer()).isEqualTo("mpegts");
            assertThat(cat.getDurationUs()).isBetween(9_900_000L, 10_100_000L);
            assertThat(Files.readAllBytes(system.platform.objects().localFile(cat.getAddress())))
                    .isEqualTo(Films.join(film));
            StoredVideo dog = stored.await(1, v -> v.getTitle().equals("a dog")).get(0);
            assertThat(dog.getContainer()).contains("mp4");
            assertThat(dog.getDurationUs()).isBetween(11_900_000L, 12_100_000L);
            List<StoredVideo> birds = stored.await(2, v -> v.getTitle().equals("a bird"));
            assertThat(birds)
                    .extracting(v -> v.getOrigins(0).getUri())
                    .containsExactlyInAnyOrder(
                            site.at("/a_bird.m3u8#piece=1").toString(),
                            site.at("/a_bird.m3u8#piece=3").toString());
            DeadLetter letter = letters.await(
                            1, l -> l.getSubject().equals(site.at("/inner.m3u8").toString()))
                    .get(0);
            assertThat(letter.getReasonCode()).isEqualTo("FORBIDDEN");
            assertThat(letter.getMessage()).contains("10.0.0.1", "allow-networks");
        } finally {
            TestSystem.stop(ingest);
            system.close();
        }
    }

    /** Five segments, of which the third is something else and too short to be a video. */
    private static String[] interrupted(Site site, List<byte[]> segments) {
        String[] lines = playlist(site, "bird.ts", segments.subList(0, 5), "");
        lines[2 + 2 * 2] += "\n#EXT-X-DISCONTINUITY";
        lines[2 + 2 * 3] += "\n#EXT-X-DISCONTINUITY";
        return lines;
    }

    private static String[] playlist(Site site, String ending, List<byte[]> segments, String tag) {
        List<String> lines = new ArrayList<>(List.of("#EXTM3U", "#EXT-X-TARGETDURATION:6", tag));
        for (int i = 0; i < segments.size(); i++) {
            site.put("/" + i + "." + ending, segments.get(i));
            lines.add("#EXTINF:2.0,");
            lines.add(i + "." + ending);
        }
        lines.add("#EXT-X-ENDLIST");
        return lines.toArray(String[]::new);
    }
}
