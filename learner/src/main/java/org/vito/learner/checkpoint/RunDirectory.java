package org.vito.learner.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Durable;

/** Changes to a run's directory that are whole or did not happen. */
final class RunDirectory {
    private RunDirectory() {}

    /** Replaces a small text file; after a crash it has the old content or the new. */
    static void replace(Path file, String text) throws IOException {
        Path parent = parent(file);
        Path temporary = parent.resolve("." + file.getFileName() + "-" + UUID.randomUUID());
        try {
            Files.writeString(temporary, text, StandardCharsets.UTF_8);
            Durable.forceFile(temporary);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Durable.forceDirectory(parent);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Gives a directory another name beside it. */
    static Path rename(Path directory, String name) throws IOException {
        Path renamed = directory.resolveSibling(name);
        Files.move(directory, renamed, StandardCopyOption.ATOMIC_MOVE);
        Durable.forceDirectory(parent(directory));
        return renamed;
    }

    static void deleteTree(Path directory) throws IOException {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            // Somebody else removed it, which is what was wanted.
        }
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " lies in no directory");
        }
        return parent;
    }
}
