package org.vito.ingest.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.vito.decode.VideoWriter;

/** What cameras and streaming servers send, made by libav's own muxers. */
public final class Films {
    private static final int RATE = 25; // frames per second

    private static final int PACKET = 188;
    private static final int VIDEO = 0x100; // libav's number of the first stream

    private Films() {}

    /** An MPEG transport stream of MPEG-4 pictures, a keyframe every 12 frames. */
    public static byte[] transportStream(Path directory, int frames, int shade) throws IOException {
        Path file = directory.resolve("film-" + frames + "-" + shade + ".ts");
        write(file, "mpegts", frames, shade);
        return Files.readAllBytes(file);
    }

    /** Segments of an HLS stream of transport streams, of 48 frames each or few more, with the tables in front. */
    public static List<byte[]> segments(Path directory, int frames, int shade) throws IOException {
        byte[] all = transportStream(directory, frames, shade);
        byte[] tables = {};
        List<Integer> cuts = new ArrayList<>();
        int pictures = 48; // since the last cut
        for (int at = 0; at < all.length; at += PACKET) {
            int pid = ((all[at + 1] & 0x1f) << 8) | (all[at + 2] & 0xff);
            if (pid != VIDEO && cuts.isEmpty()) {
                tables = join(List.of(tables, Arrays.copyOfRange(all, at, at + PACKET)));
            }
            boolean adapted = (all[at + 3] & 0x20) != 0 && all[at + 4] != 0;
            boolean keyframe = pid == VIDEO && adapted && (all[at + 5] & 0x40) != 0;
            if (keyframe && pictures >= 48) {
                cuts.add(at);
                pictures = 0;
            }
            pictures += pid == VIDEO && (all[at + 1] & 0x40) != 0 ? 1 : 0;
        }
        cuts.add(all.length);
        List<byte[]> segments = new ArrayList<>();
        for (int i = 0; i + 1 < cuts.size(); i++) {
            segments.add(join(List.of(tables, Arrays.copyOfRange(all, cuts.get(i), cuts.get(i + 1)))));
        }
        return segments;
    }

    /** Fragmented MP4: the headers first, then segments of about 5 seconds. */
    public static List<byte[]> fragments(Path directory, int frames, int shade) throws IOException {
        Path own = Files.createDirectories(directory.resolve("dash-" + frames + "-" + shade));
        write(own.resolve("film.mpd"), "dash", frames, shade);
        List<byte[]> all = new ArrayList<>(List.of(Files.readAllBytes(own.resolve("init-stream0.m4s"))));
        Files.delete(own.resolve("init-stream0.m4s"));
        all.addAll(read(own, ".m4s"));
        return all;
    }

    /** All of {@code pieces}, one after the other. */
    public static byte[] join(List<byte[]> pieces) {
        byte[] all = new byte[pieces.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        return all;
    }

    private static void write(Path file, String container, int frames, int shade) throws IOException {
        VideoWriter.Format format = new VideoWriter.Format(container, "mpeg4", 64, 48, RATE, 200_000, 12);
        byte[] rgb = new byte[3 * 64 * 48];
        try (VideoWriter writer = VideoWriter.create(file, format)) {
            for (int i = 0; i < frames; i++) {
                Arrays.fill(rgb, (byte) (shade + i));
                writer.frame(rgb, i * 1_000_000L / RATE);
            }
        }
    }

    private static List<byte[]> read(Path directory, String ending) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(ending)).sorted().toList()) {
                all.add(Files.readAllBytes(file));
            }
        }
        return all;
    }
}
