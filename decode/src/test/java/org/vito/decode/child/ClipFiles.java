package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Made files for tests of other packages: the clips of {@link ExactFramesTest}, and bombs. */
public final class ClipFiles {
    private ClipFiles() {}

    /** 6 seconds each, in every codec and container of the allow-list. */
    public static List<String> names() {
        return Arrays.stream(ExactFramesTest.Clip.values()).map(Enum::name).toList();
    }

    /** The clip called {@code name} as a file in {@code directory}. */
    public static Path write(String name, Path directory) throws IOException {
        Libav.load();
        return ExactFramesTest.Clip.valueOf(name).write(directory);
    }

    /** VP8 whose frames say that they are of 16383 × 16383 pixels, which the container does not. */
    public static Path lyingFrames(Path file) throws IOException {
        new MadeClip("webm", "libvpx").option("deadline", "realtime").write(file);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 7 < bytes.length; at++) { // RFC 6386, 9.1: start code, width, height
            if (bytes[at] == (byte) 0x9d && bytes[at + 1] == 0x01 && bytes[at + 2] == 0x2a) {
                all.putShort(at + 3, (short) 16383).putShort(at + 5, (short) 16383);
            }
        }
        return Files.write(file, bytes);
    }

    /** MP4 whose index says that it has {@code samples} samples of a byte each. */
    public static Path manySamples(Path file, int samples) throws IOException {
        MadeClip clip = new MadeClip("mp4", "mjpeg").format(AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG);
        clip.frames = 4;
        clip.write(file);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer all = ByteBuffer.wrap(bytes); // ISO 14496-12: after a box's name, version and flags
        int sizes = find(bytes, "stsz");
        all.putInt(sizes + 8, 1).putInt(sizes + 12, samples);
        int times = find(bytes, "stts");
        all.putInt(times + 12, samples);
        int chunks = find(bytes, "stsc");
        all.putInt(chunks + 16, samples);
        return Files.write(file, bytes);
    }

    private static int find(byte[] bytes, String box) {
        int at = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf(box);
        if (at < 0) {
            throw new AssertionError("no " + box);
        }
        return at;
    }
}
