package org.vito.evaluator.tensorboard;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.tensorflow.proto.Event;
import org.vito.evaluator.data.TfRecords;

/**
 * A file of TensorFlow's events: records ({@link TfRecords}) of an {@code Event} each, the first of them naming the format. One
 * thread at a time.
 */
final class EventFile implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";

    /** Events are a few numbers: what says it is longer is no event. */
    private static final int LONGEST = 1 << 20;

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
        TfRecords.write(out, event.toByteArray());
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
            Optional<byte[]> data = TfRecords.next(in, LONGEST);
            while (data.isPresent()) {
                to.accept(Event.parseFrom(data.get()));
                data = TfRecords.next(in, LONGEST);
            }
        } catch (EOFException | StreamCorruptedException | InvalidProtocolBufferException e) {
            return; // cut off
        }
    }
}
