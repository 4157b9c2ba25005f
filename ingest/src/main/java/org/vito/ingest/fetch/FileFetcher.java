package org.vito.ingest.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/** Opens files of this machine: regular ones only, never a pipe or a device. */
final class FileFetcher implements Fetcher {
    private final long limitBytes;

    FileFetcher(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    @Override
    public Set<String> schemes() {
        return Set.of("file");
    }

    @Override
    public Download open(URI address) {
        Path file = Addresses.file(address);
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new VitoException(Reason.BAD_ADDRESS, file + " is no regular file");
            }
            if (attributes.size() > limitBytes) {
                throw new VitoException(
                        Reason.TOO_LARGE,
                        "%s has %d bytes; at most %d are taken".formatted(file, attributes.size(), limitBytes));
            }
            return new Download(
                    BlockStream.of(Files.newInputStream(file), e -> unreadable(file, e)), attributes.size());
        } catch (NoSuchFileException e) {
            throw new VitoException(Reason.NOT_FOUND, "there is no file " + file, e);
        } catch (AccessDeniedException e) {
            throw new VitoException(Reason.FORBIDDEN, file + " may not be read by this user", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static RetriableException unreadable(Path file, Exception e) {
        return new RetriableException(Reason.UNREACHABLE, file + " cannot be read: " + e, e);
    }
}
