package org.vito.ingest.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import org.vito.ingest.index.IdTable;
import org.vito.protocol.Durable;
import org.vito.protocol.Sha256;

/**
 * What a source has submitted already, kept over restarts: a file of one submission id a line, appended and forced to disk
 * after Kafka has acknowledged. A crash in between submits again under the same id, which ingest recognises. What a crash
 * leaves of a half-written line is cut off at the next start.
 */
final class Ledger implements AutoCloseable {
    private static final int ID_LENGTH = 64;

    private final IdTable ids = new IdTable();
    private final FileChannel file;

    private Ledger(FileChannel file) {
        this.file = file;
    }

    /** Opens the ledger of the source called {@code name} in {@code directory}; both are created if missing. */
    static Ledger open(Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        Path path = directory.resolve(fileName(name) + ".ledger");
        cutHalfLine(path);
        Ledger ledger = new Ledger(
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() == ID_LENGTH && line.matches("[0-9a-f]+")) {
                    ledger.ids.put(line, 1);
                }
            }
            if (ledger.file.size() == 0) {
                ledger.append("# submitted by " + name.replaceAll("\\s", " ") + "\n");
                Durable.forceDirectory(directory);
            }
        } catch (IOException e) {
            ledger.close();
            throw e;
        }
        return ledger;
    }

    /** What files of the source called {@code name} are called, without an ending. */
    static String fileName(String name) {
        return Sha256.of(name.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }

    boolean contains(String id) {
        return ids.contains(id);
    }

    /** Remembers {@code submitted}, durably before it returns. */
    void add(Collection<String> submitted) throws IOException {
        StringBuilder lines = new StringBuilder(submitted.size() * (ID_LENGTH + 1));
        for (String id : submitted) {
            lines.append(id).append('\n');
        }
        append(lines.toString());
        submitted.forEach(id -> ids.put(id, 1));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void append(String lines) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        file.force(true);
    }

    private static void cutHalfLine(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long end = file.length();
            while (end > 0) {
                file.seek(end - 1);
                if (file.read() == '\n') {
                    break;
                }
                end--;
            }
            file.setLength(end);
        }
    }
}
