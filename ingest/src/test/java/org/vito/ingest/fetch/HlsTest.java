package org.vito.ingest.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.ingest.testing.Films;
import org.vito.ingest.testing.Site;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/** HLS playlists from a real server, of segments that libav made. */
@NullUnmarked // JUnit fills the fields
class HlsTest {
    private static final HlsLimits HLS = new HlsLimits(360, 20, 1 << 20, 2, Duration.ofSeconds(3));

    @TempDir
    static Path directory;

    private static List<byte[]> film; // five segments
    private static List<byte[]> fragments; // headers and three segments

    private Site site;

    @BeforeAll
    static void make() throws IOException {
        film = Films.segments(directory, 250, 0).subList(0, 5);
        fragments = Films.fragments(directory, 300, 0);
        assertThat(film).hasSize(5);
        assertThat(fragments).hasSizeBetween(3, 4);
    }

    @BeforeEach
    void start() throws IOException {
        site = new Site();
        for (int i = 0; i < film.size(); i++) {
            site.put("/film/" + i + ".ts", film.get(i));
        }
    }

    @AfterEach
    void stop() {
        site.close();
    }

    private byte[] fetch(String path, long mostBytes) throws IOException {
        FetchLimits limits = new FetchLimits(
                Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(30), 3, mostBytes, "vito/test");
        AddressPolicy policy = AddressPolicy.standard(false, AllowedNetworks.with(List.of("127.0.0.1")));
        try (Download download =
                Fetchers.standard(limits, HLS, policy, InstantSource.system()).open(site.at(path))) {
            return download.body().readAllBytes();
        }
    }

    private byte[] fetch(String path) throws IOException {
        return fetch(path, 10_000_000);
    }

    private VitoException refusal(String... lines) {
        site.put("/refused.m3u8", lines);
        return catchThrowableOfType(VitoException.class, () -> fetch("/refused.m3u8"));
    }

    /** A playlist of the film's segments whose lines before each segment are {@code tags}. */
    private String[] playlist(List<String> tags, String end) {
        List<String> lines = new ArrayList<>(List.of("#EXTM3U", "#EXT-X-TARGETDURATION:3", "#EXT-X-MEDIA-SEQUENCE:7"));
        for (int i = 0; i < film.size(); i++) {
            lines.add(tags.get(i));
            lines.add("#EXTINF:2.0,");
            lines.add("/film/" + i + ".ts");
        }
        lines.add(end);
        return lines.toArray(String[]::new);
    }

    private String[] playlist(String tag) {
        return playlist(List.of(tag, "", "", "", ""), "#EXT-X-ENDLIST");
    }

    @Test
    void aVideoIsItsSegmentsOneAfterTheOther() throws IOException {
        site.put("/vod/film.m3u8", playlist("#EXT-X-PLAYLIST-TYPE:VOD"));
        assertThat(fetch("/vod/film.m3u8")).isEqualTo(Films.join(film));
        assertThat(site.asked()).startsWith("/vod/film.m3u8", "/film/0.ts", "/film/1.ts");
    }

    @Test
    void theLowestRateIsTakenOfWhatIsHighEnough() throws IOException {
        for (String name : List.of("low", "middle", "high", "sound")) {
            site.put("/" + name + ".m3u8", playlist(""));
        }
        String[] master = {
            "#EXTM3U",
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a,b\",NAME=\"x\",URI=\"sound.m3u8\"",
            "#EXT-X-STREAM-INF:BANDWIDTH=90000,RESOLUTION=426x240",
            "low.m3u8",
            "#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1920x1080,CODECS=\"avc1.640028,mp4a.40.2\"",
            "high.m3u8",
            "#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=360x640,AUDIO=\"a,b\"",
            "middle.m3u8",
            "#EXT-X-STREAM-INF:BANDWIDTH=100,CODECS=\"mp4a.40.2\"",
            "sound.m3u8"
        };
        site.put("/master.m3u8", master);
        fetch("/master.m3u8");
        assertThat(site.asked()).contains("/middle.m3u8").doesNotContain("/low.m3u8", "/high.m3u8", "/sound.m3u8");
        for (int i = 0; i < master.length; i++) {
            master[i] = master[i].replace(",RESOLUTION=1920x1080", "").replace("360x640", "480x320");
        }
        site.put("/master.m3u8", master);
        fetch("/master.m3u8");
        assertThat(site.asked()).contains("/high.m3u8").doesNotContain("/low.m3u8", "/sound.m3u8");
    }

    @Test
    void segmentsMayBePartsOfAFile() throws IOException {
        byte[] whole = Films.join(film);
        int first = film.get(0).length;
        int second = film.get(1).length;
        site.put("/whole.ts", whole);
        String[] lines = {
            "#EXTM3U",
            "#EXT-X-TARGETDURATION:3",
            "#EXTINF:2,",
            "#EXT-X-BYTERANGE:" + first + "@0",
            "whole.ts",
            "#EXT-X-BYTERANGE:" + second, // goes on where the one before ended
            "#EXTINF:2,",
            "whole.ts",
            "#EXT-X-ENDLIST"
        };
        site.put("/parts.m3u8", lines);
        assertThat(fetch("/parts.m3u8")).isEqualTo(Films.join(film.subList(0, 2)));
        lines[3] = "#EXT-X-BYTERANGE:" + (whole.length + 1) + "@0";
        assertThat(refusal(lines)).hasMessageContaining("/whole.ts");
        lines[3] = "#EXT-X-BYTERANGE:9";
        assertThat(refusal(lines)).hasMessageContaining("byte range '9'").hasMessageContaining("line 5");
        lines[3] = "#EXT-X-BYTERANGE:" + first + "@0";
        site.ignoreRanges();
        assertThat(refusal(lines)).hasMessageContaining("sends the whole where a part was asked for");
    }

    @Test
    void fragmentsStandBehindTheirHeaders() throws IOException {
        byte[] init = fragments.get(0);
        site.put("/all.mp4", Films.join(fragments.subList(0, 2)));
        site.put("/two.m4s", fragments.get(2));
        site.put(
                "/mp4.m3u8",
                "#EXTM3U",
                "#EXT-X-TARGETDURATION:5",
                "#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"%d@0\"".formatted(init.length),
                "#EXTINF:5,",
                "#EXT-X-BYTERANGE:%d@%d".formatted(fragments.get(1).length, init.length),
                "all.mp4",
                "#EXTINF:5,",
                "two.m4s",
                "#EXT-X-ENDLIST");
        assertThat(fetch("/mp4.m3u8")).isEqualTo(Films.join(fragments.subList(0, 3)));
    }

    @Test
    void whatIsEncryptedByAes128IsDecrypted() throws Exception {
        byte[] key = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
        site.put("/key", key);
        site.put("/short", new byte[15]);
        byte[] iv = new byte[16];
        for (int i = 0; i < film.size(); i++) {
            iv[15] = (byte) (7 + i); // the number of the segment
            site.put(
                    "/film/" + i + ".ts",
                    encrypt(
                            film.get(i),
                            key,
                            i < 3 ? iv : new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1f, (byte) 0xff}));
        }
        List<String> tags = List.of(
                "#EXT-X-KEY:METHOD=AES-128,URI=\"/key\"",
                "",
                "",
                "#EXT-X-KEY:METHOD=AES-128,URI=\"/key\",IV=0x1fff,KEYFORMAT=\"identity\"",
                "");
        site.put("/secret.m3u8", playlist(tags, "#EXT-X-ENDLIST"));
        assertThat(fetch("/secret.m3u8")).isEqualTo(Films.join(film));
        assertThat(site.asked()).containsOnlyOnce("/key");

        assertThat(refusal(playlist("#EXT-X-KEY:METHOD=AES-128,URI=\"/short\"")))
                .hasMessageContaining("has 15 bytes; expected 16");
        site.put("/other", new byte[16]);
        VitoException wrong = refusal(playlist("#EXT-X-KEY:METHOD=AES-128,URI=\"/other?token=hidden\""));
        assertThat(wrong.reason()).isIn(Reason.DAMAGED_VIDEO, Reason.NOT_A_VIDEO);
        assertThat(wrong.getMessage()).doesNotContain("hidden");
        VitoException sample = refusal(playlist("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"/key\""));
        assertThat(sample.reason()).isEqualTo(Reason.UNSUPPORTED_CODEC);
        assertThat(sample).hasMessageContaining("SAMPLE-AES").hasMessageContaining("line 4");
        assertThat(refusal(playlist("#EXT-X-KEY:METHOD=AES-128,KEYFORMAT=\"com.apple\",URI=\"skd://x\"")))
                .hasMessageContaining("com.apple");
    }

    private static byte[] encrypt(byte[] plain, byte[] key, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(plain);
    }

    @Test
    void whereOnlyOnePieceIsLongEnoughItIsTaken() throws IOException {
        site.put("/cut.m3u8", playlist(List.of("", "#EXT-X-DISCONTINUITY", "", "#EXT-X-GAP", ""), "#EXT-X-ENDLIST"));
        assertThat(fetch("/cut.m3u8")).isEqualTo(Films.join(film.subList(1, 3)));
        assertThat(site.asked()).doesNotContain("/film/0.ts", "/film/3.ts");
    }

    @Test
    void piecesThatAreLongEnoughHaveAddressesOfTheirOwn() throws IOException {
        List<String> tags = List.of("", "", "#EXT-X-DISCONTINUITY", "#EXT-X-DISCONTINUITY", "");
        site.put("/cut.m3u8", playlist(tags, "#EXT-X-ENDLIST"));
        SeveralVideosException several =
                catchThrowableOfType(SeveralVideosException.class, () -> fetch("/cut.m3u8?token=hidden"));
        assertThat(several.addresses())
                .containsExactly(site.at("/cut.m3u8?token=hidden#piece=1"), site.at("/cut.m3u8?token=hidden#piece=3"));
        assertThat(several).hasMessageContaining("holds 2 videos");
        assertThat(several.getMessage()).doesNotContain("hidden");
        assertThat(fetch("/cut.m3u8#piece=1")).isEqualTo(Films.join(film.subList(0, 2)));
        assertThat(fetch("/cut.m3u8#piece=2")).isEqualTo(film.get(2));
        assertThat(fetch("/cut.m3u8#piece=3")).isEqualTo(Films.join(film.subList(3, 5)));
        VitoException none = catchThrowableOfType(VitoException.class, () -> fetch("/cut.m3u8#piece=4"));
        assertThat(none.reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(none).hasMessageContaining("has no piece 4; it has 3");
    }

    @Test
    void ofTooManyPiecesTheLongestAreVideos() {
        site.put(
                "/cut.m3u8",
                "#EXTM3U",
                "#EXT-X-TARGETDURATION:9",
                "#EXTINF:4,\n/film/0.ts",
                "#EXT-X-DISCONTINUITY\n#EXTINF:3,\n/film/1.ts",
                "#EXT-X-DISCONTINUITY\n#EXTINF:9,\n/film/2.ts",
                "#EXT-X-ENDLIST");
        SeveralVideosException several = catchThrowableOfType(SeveralVideosException.class, () -> fetch("/cut.m3u8"));
        assertThat(several.addresses()).containsExactly(site.at("/cut.m3u8#piece=1"), site.at("/cut.m3u8#piece=3"));
    }

    @Test
    void aSegmentThatFailsIsTriedAgainAtOnceButNotForEver() throws IOException {
        site.put("/film.m3u8", playlist(""));
        site.breakDown("/film/1.ts", 2);
        assertThat(fetch("/film.m3u8")).isEqualTo(Films.join(film));
        site.breakDown("/film/1.ts", 100);
        VitoException refused = refusal(playlist(""));
        assertThat(refused).isInstanceOf(RetriableException.class).hasMessageContaining("/film/1.ts");
        assertThat(site.asked().stream().filter("/film/1.ts"::equals)).hasSize(3 + 3);
    }

    @ParameterizedTest
    @CsvSource({
        "FORBIDDEN, http://10.0.0.1/1.ts, a private network",
        "FORBIDDEN, http://[::1]/1.ts, this machine",
        "FORBIDDEN, http://me:hidden@127.0.0.1/1.ts, credentials",
        "BAD_ADDRESS, file:///etc/passwd, expected an http or https address",
        "BAD_ADDRESS, ftp://127.0.0.1/1.ts, expected an http or https address",
        "BAD_ADDRESS, a b c, no URI",
        "NOT_FOUND, /missing.ts, 404",
        "NOT_A_VIDEO, /page.html, text/html",
        "NOT_A_VIDEO, /other.m3u8, neither an MPEG transport stream nor",
        "TOO_LARGE, /large.ts, more than 1048576 bytes"
    })
    void whatItLeadsToIsCheckedLikeAnyAddress(Reason reason, String address, String message) {
        site.put("/page.html", "<html>");
        site.put("/other.m3u8", playlist(""));
        site.put("/large.ts", new byte[(1 << 20) + 1]);
        String[] media = {"#EXTM3U", "#EXT-X-TARGETDURATION:3", "#EXTINF:2,", address, "#EXT-X-ENDLIST"};
        VitoException refused = refusal(media);
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(message);
        assertThat(refused.getMessage()).doesNotContain("hidden");
        if (reason != Reason.TOO_LARGE && !address.equals("/other.m3u8")) {
            VitoException variant = refusal("#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=1", address);
            assertThat(variant.reason()).isEqualTo(reason);
            media[2] = "#EXT-X-KEY:METHOD=AES-128,URI=\"" + address + "\"\n#EXTINF:2,";
            media[3] = "/film/0.ts";
            assertThat(refusal(media).reason()).isEqualTo(reason);
            media[2] = "#EXT-X-MAP:URI=\"" + address + "\"\n#EXTINF:2,";
            assertThat(refusal(media).reason()).isEqualTo(reason);
        }
    }

    @Test
    void fromHttpsNothingLeadsToHttp() {
        VitoException refused = catchThrowableOfType(
                VitoException.class,
                () -> PlaylistReader.read(
                        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://h.test/x.m3u8",
                        URI.create("https://h.test/m.m3u8"),
                        10));
        assertThat(refused.reason()).isEqualTo(Reason.FORBIDDEN);
        assertThat(refused).hasMessageContaining("from https to http").hasMessageContaining("line 3");
    }

    @Test
    void playlistsThatLeadToThemselvesOrHaveNoEndAreRefused() {
        VitoException loop = refusal("#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=1", "/refused.m3u8");
        assertThat(loop.reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(loop).hasMessageContaining("variants again");
        assertThat(site.asked()).containsExactly("/refused.m3u8", "/refused.m3u8");
        VitoException live = refusal(playlist(List.of("", "", "", "", ""), "#"));
        assertThat(live.reason()).isEqualTo(Reason.BAD_ADDRESS);
        assertThat(live).hasMessageContaining("live stream");
        assertThat(refusal("#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXT-X-ENDLIST")
                        .reason())
                .isEqualTo(Reason.EMPTY);
    }

    @Test
    void itsSizeHasLimits() {
        List<String> lines = new ArrayList<>(List.of("#EXTM3U", "#EXT-X-TARGETDURATION:3"));
        for (int i = 0; i <= HLS.segments(); i++) {
            lines.add("#EXTINF:2,");
            lines.add("/film/0.ts");
        }
        VitoException many = refusal(lines.toArray(String[]::new));
        assertThat(many.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(many).hasMessageContaining("more than 20 segments").hasMessageContaining("vito.ingest.hls.segments");
        site.put("/film.m3u8", playlist(""));
        VitoException large = catchThrowableOfType(
                VitoException.class, () -> fetch("/film.m3u8", film.get(0).length + film.get(1).length));
        assertThat(large.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(site.asked()).doesNotContain("/film/2.ts");
    }

    @Test
    void kindsAreNotMixed() {
        site.put("/film/1.ts", fragments.get(1));
        assertThat(refusal(playlist(""))).hasMessageContaining("of another kind");
    }

    /** Playlists with a few characters changed are read or refused, never anything else. */
    @Test
    void damagedPlaylistsAreReadOrRefused() {
        String whole = String.join("\n", playlist("#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x12\n#EXT-X-BYTERANGE:9@7"))
                + "\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1x1,CODECS=\"avc1\"\nx";
        String alphabet = "#:,=\"@0x9\n\r \u0000.-%AZ/";
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder damaged = new StringBuilder(whole);
            for (int change = 0; change <= i % 5; change++) {
                damaged.setCharAt(random.nextInt(damaged.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                PlaylistReader.read(damaged.toString(), URI.create("http://h.test/a/b.m3u8"), 4);
            } catch (VitoException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
        assertThat(PlaylistReader.isPlaylist("#EXTM3U".getBytes(StandardCharsets.US_ASCII)))
                .isTrue();
    }
}
