package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_RGB;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_desc_get;

import org.bytedeco.ffmpeg.avutil.AVComponentDescriptor;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.javacpp.BytePointer;

/** Reads and writes single samples of frames in any pixel format of 8 to 16 bits, as libav's descriptors lay them out. */
final class Samples {
    private Samples() {}

    interface Value {
        int at(int component, int x, int y);
    }

    static int depth(int pixelFormat) {
        return av_pix_fmt_desc_get(pixelFormat).comp(0).depth();
    }

    static boolean isRgb(int pixelFormat) {
        return (av_pix_fmt_desc_get(pixelFormat).flags() & AV_PIX_FMT_FLAG_RGB) != 0;
    }

    /** Sets every sample of {@code frame}; {@code x} and {@code y} count the samples of the component. */
    static void fill(AVFrame frame, Value value) {
        AVPixFmtDescriptor format = av_pix_fmt_desc_get(frame.format());
        for (int c = 0; c < format.nb_components(); c++) {
            AVComponentDescriptor component = format.comp(c);
            int stride = frame.linesize(component.plane());
            int width = width(format, c, frame.width());
            int height = height(format, c, frame.height());
            int step = component.step();
            byte[] row = new byte[step * width];
            for (int y = 0; y < height; y++) {
                BytePointer at = new BytePointer(frame.data(component.plane())).position((long) y * stride);
                at.get(row);
                for (int x = 0; x < width; x++) {
                    int sample = value.at(c, x, y) << component.shift();
                    int offset = x * step + component.offset();
                    row[offset] = (byte) sample;
                    if (component.depth() > 8) {
                        row[offset + 1] = (byte) (sample >> 8);
                    }
                }
                at.put(row);
            }
        }
    }

    /** The sample at the place of the whole picture's pixel ({@code x}, {@code y}). */
    static int at(AVFrame frame, int c, int x, int y) {
        AVPixFmtDescriptor format = av_pix_fmt_desc_get(frame.format());
        AVComponentDescriptor component = format.comp(c);
        int subX = x >> (isChroma(c) ? format.log2_chroma_w() : 0);
        int subY = y >> (isChroma(c) ? format.log2_chroma_h() : 0);
        long offset =
                (long) subY * frame.linesize(component.plane()) + (long) subX * component.step() + component.offset();
        BytePointer plane = frame.data(component.plane());
        int value = plane.get(offset) & 0xff;
        if (component.depth() > 8) {
            value |= (plane.get(offset + 1) & 0xff) << 8;
        }
        return (value >> component.shift()) & ((1 << component.depth()) - 1);
    }

    /** The number that {@code frame} shows, see {@link MadeClip#write(java.nio.file.Path)}. */
    static int number(AVFrame frame) {
        int middle = 1 << (depth(frame.format()) - 1);
        int number = 0;
        for (int bit = 0; bit < 16; bit++) {
            int value = at(frame, 0, (2 * (bit % 4) + 1) * frame.width() / 8, (2 * (bit / 4) + 1) * frame.height() / 8);
            if (Math.abs(value - middle) < middle / 3) {
                throw new AssertionError("block %d is neither black nor white but %d".formatted(bit, value));
            }
            number |= (value > middle ? 1 : 0) << bit;
        }
        return number;
    }

    private static boolean isChroma(int component) {
        return component == 1 || component == 2;
    }

    private static int width(AVPixFmtDescriptor format, int component, int width) {
        int shift = isChroma(component) ? format.log2_chroma_w() : 0;
        return -(-width >> shift);
    }

    private static int height(AVPixFmtDescriptor format, int component, int height) {
        int shift = isChroma(component) ? format.log2_chroma_h() : 0;
        return -(-height >> shift);
    }
}
