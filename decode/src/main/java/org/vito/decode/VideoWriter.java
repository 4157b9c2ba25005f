package org.vito.decode;

import java.io.IOException;
import java.nio.file.Path;

/** Writes a video file from RGB frames: how the demo and the tests make clips whose content is known exactly. */
public interface VideoWriter extends AutoCloseable {
    /**
     * How to encode.
     *
     * @param container libav's muxer name, e.g. {@code mp4}, {@code matroska}, {@code avi}
     * @param codec libav's encoder name, e.g. {@code mpeg4}, {@code libvpx}, {@code mjpeg}, {@code ffv1}
     * @param width in pixels, even
     * @param height in pixels, even
     * @param framesPerSecond nominal rate; the time base is 1/90000 s where the container allows
     * @param bitsPerSecond target rate, ignored by lossless codecs
     * @param keyframeInterval most frames from one keyframe to the next
     */
    record Format(
            String container,
            String codec,
            int width,
            int height,
            double framesPerSecond,
            long bitsPerSecond,
            int keyframeInterval) {}

    /**
     * Opens {@code file} for writing, replacing what is there. Colours are BT.601, limited range, 4:2:0, except where the
     * codec keeps RGB ({@code ffv1}) or wants full range ({@code mjpeg}).
     *
     * @throws IOException if libav knows no such container or codec, they do not go together, or the file cannot be written
     */
    static VideoWriter create(Path file, Format format) throws IOException {
        return LibavVideoWriter.create(file, format, LibavVideoWriter.Extras.NONE);
    }

    /**
     * Appends a frame.
     *
     * @param rgb {@code [height, width, 3]} bytes
     * @param ptsUs presentation time in microseconds, greater than that of the frame before
     */
    void frame(byte[] rgb, long ptsUs) throws IOException;

    /** Finishes the file. */
    @Override
    void close() throws IOException;
}
