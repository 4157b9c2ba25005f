package org.vito.augment;

import java.nio.ByteBuffer;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The transform of evaluation: shorter side resized (bicubic with Keys' kernel, a = -1/2, widened where the picture shrinks, as
 * Pillow and torchvision have it), centre square; RGB bytes out. The longer side becomes {@code resize * longer / shorter} pixels,
 * rounded down; the square's corner is half of what is left over, rounded to nearest, halves to even. One thread at a time.
 */
public final class EvaluationTransform implements AutoCloseable {
    private final int resize;
    private final int crop;
    private final ImageDecoder decoder = new ImageDecoder(Images.MAX_PIXELS);
    private final CropResize resizer = new CropResize(true);
    private final Lines square;
    private final ViewBytes bytes;
    private byte[] three = new byte[0];

    /** The usual one for a network of images of {@code size} pixels a side: shorter side to 256/224 of it. */
    public static EvaluationTransform of(int size) {
        return new EvaluationTransform((int) Math.round(size * 256.0 / 224.0), size);
    }

    /**
     * Makes the transform.
     *
     * @param resize length of the shorter side after resizing, pixels
     * @param crop side of the square kept, pixels; at most {@code resize}
     */
    public EvaluationTransform(int resize, int crop) {
        if (crop < 1 || resize < crop) {
            throw new IllegalArgumentException(
                    "resize " + resize + ", crop " + crop + ": expected 1 <= crop <= resize");
        }
        this.resize = resize;
        this.crop = crop;
        square = new Lines(crop);
        bytes = new ViewBytes(crop);
    }

    /**
     * Decodes an encoded image (JPEG, PNG, WebP, BMP) and writes its centre crop, {@code [crop, crop, 3]} bytes, at {@code out}'s
     * position, which moves on.
     *
     * @throws VitoException BAD_DATA_SET if the bytes are no image, TOO_LARGE if it has more than {@link Images#MAX_PIXELS}
     *     pixels, or would have after resizing
     */
    public void encoded(byte[] image, ByteBuffer out) {
        decode(image);
        transform(decoder.pixels(), decoder.width(), decoder.height(), resize, out);
    }

    /**
     * The same for images that have no rim to be cut off: the shorter side is resized to {@code crop} pixels, so that the whole
     * square at the centre is kept. Square images of that size stay as they are.
     */
    public void whole(byte[] image, ByteBuffer out) {
        decode(image);
        transform(decoder.pixels(), decoder.width(), decoder.height(), crop, out);
    }

    private void decode(byte[] image) {
        if (!decoder.decode(image)) {
            throw Images.notAnImage(image.length);
        }
    }

    /** The same for raw pixels {@code [height, width, channels]}, one channel being repeated three times. */
    public void raw(byte[] pixels, int height, int width, int channels, ByteBuffer out) {
        if ((channels != 1 && channels != 3)
                || height < 1
                || width < 1
                || pixels.length != (long) height * width * channels) {
            throw new IllegalArgumentException("%d bytes are not [%d, %d, %d]: expected 1 or 3 channels"
                    .formatted(pixels.length, height, width, channels));
        }
        transform(ByteBuffer.wrap(channels == 3 ? pixels : repeated(pixels)), width, height, resize, out);
    }

    private byte[] repeated(byte[] grey) {
        if (three.length < grey.length * 3) {
            three = new byte[grey.length * 3];
        }
        for (int i = 0; i < grey.length; i++) {
            three[3 * i] = grey[i];
            three[3 * i + 1] = grey[i];
            three[3 * i + 2] = grey[i];
        }
        return three;
    }

    private void transform(ByteBuffer pixels, int width, int height, int to, ByteBuffer out) {
        int shorter = Math.min(width, height);
        long wide = (long) to * width / shorter;
        long high = (long) to * height / shorter;
        if (wide * high > Images.MAX_PIXELS) {
            throw new VitoException(
                    Reason.TOO_LARGE,
                    "an image of %d x %d pixels would have %d x %d after resizing, expected at most %d pixels"
                            .formatted(width, height, wide, high, Images.MAX_PIXELS));
        }
        resizer.centre(pixels, width, height, (int) wide, (int) high, square);
        for (int x = 0; x < crop; x++) {
            bytes.take(square.lines[x], x, 3 * square.stride);
        }
        bytes.write(true, false, false, out, out.position());
        out.position(out.position() + crop * crop * 3);
    }

    @Override
    public void close() {
        decoder.close();
        resizer.close();
        bytes.close();
    }
}
