package org.vito.evaluator.tensorboard;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.tensorflow.proto.Event;

/**
 * A file of TensorFlow's events: records of a length, its checksum, an {@code Event}, its checksum (TFRecord), the first of them
 * naming the format. One thread at a time.
 */
final class EventFile implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";
    private static final int MASK_DELTA = 0xa282ead8;

    /** Events are a few numbers: what says it is longer is no event. */
    private static final long LONGEST = 1 << 20;

    private final OutputStream out;

    private EventFile(OutputStream out) {
        this.out = out;
    }

    /** Begins a file that must not be there yet. */
    static EventFile create(Path file, double seconds) throws IOException {
        OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        EventFile created = new EventFile(out);
        try {
            created.write(Event.newBuilder()
                    .setWallTime(seconds)
                    .setFileVersion(VERSION)
                    .build());
            return created;
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    /** Adds an event; it is in the file for sure after {@link #flush}. */
    void write(Event event) throws IOException {
        byte[] data = event.toByteArray();
        byte[] length = new byte[Long.BYTES];
        ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length);
        out.write(length);
        checksum(length);
        out.write(data);
        checksum(data);
    }

    private void checksum(byte[] of) throws IOException {
        byte[] checksum = new byte[Integer.BYTES];
        ByteBuffer.wrap(checksum).order(ByteOrder.LITTLE_ENDIAN).putInt(masked(of));
        out.write(checksum);
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** Reads a file's events up to its end, or to the first that is cut off or damaged, as those of a killed process may be. */
    static void read(Path file, Consumer<Event> to) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (true) {
                byte[] length = in.readNBytes(Long.BYTES);
                if (length.length < Long.BYTES || number(in) != masked(length)) {
                    return;
                }
                long size =
                        ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
                if (size < 0 || size > LONGEST) {
                    return;
                }
                byte[] data = in.readNBytes((int) size);
                if (data.length < size || number(in) != masked(data)) {
                    return;
                }
                to.accept(Event.parseFrom(data));
            }
        } catch (EOFException | InvalidProtocolBufferException e) {
            return; // cut off
        }
    }

    private static int number(DataInputStream in) throws IOException {
        return Integer.reverseBytes(in.readInt());
    }

    /** CRC-32C, turned and moved, so that checksums of data that have checksums in them are good ones too. */
    static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, 15) + MASK_DELTA;
    }
}
