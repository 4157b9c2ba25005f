package org.vito.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/**
 * The object store's {@link FirstFrames#forClips()}: kept from the decision that takes a video until clips are made of it. Each
 * can be made anew, so anybody may remove any at any time. Safe to use from any thread; blocks.
 */
public final class KeptFrames {
    /** No more bytes of one video are kept. */
    public static final int MOST_BYTES = 64 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(KeptFrames.class);
    private static final String PREFIX = "frames";

    private final ObjectStore objects;

    public KeptFrames(ObjectStore objects) {
        this.objects = objects;
    }

    /**
     * Keeps {@code frames}.
     *
     * @return their address
     * @throws VitoException TOO_LARGE if they have more bytes than {@link #MOST_BYTES}
     */
    public String keep(ByteString frames) throws IOException {
        return objects.put(PREFIX, frames.newInput(), MOST_BYTES).address();
    }

    /** What is kept at {@code address}; empty if nothing is, or if it is not what was kept. */
    public ByteString at(String address) {
        if (!isOurs(address)) {
            return ByteString.EMPTY;
        }
        try {
            Path file = objects.localFile(address);
            byte[] found = Files.size(file) <= MOST_BYTES ? Files.readAllBytes(file) : new byte[0];
            if (address.endsWith("/" + Sha256.of(found))) {
                return UnsafeByteOperations.unsafeWrap(found);
            }
            LOG.warn("{} holds something else than was kept there; it is decoded again", address);
        } catch (IOException | VitoException e) {
            LOG.debug("{} is decoded again: {}", address, e.toString());
        }
        return ByteString.EMPTY;
    }

    /** Removes what is kept at {@code address}, if anything is. */
    public void forget(String address) {
        if (isOurs(address)) {
            try {
                objects.delete(address);
            } catch (IOException | VitoException e) {
                LOG.debug("{} stays until it is swept away: {}", address, e.toString());
            }
        }
    }

    private static boolean isOurs(String address) {
        return address.startsWith(PREFIX + "/");
    }

    /** Bytes of all that are kept. */
    public long bytes() throws IOException {
        return sweep(Long.MIN_VALUE);
    }

    /**
     * Removes all that were kept before {@code time}, in milliseconds of the epoch.
     *
     * @return bytes of the others
     */
    public long sweep(long time) throws IOException {
        long bytes = 0;
        try (Stream<ObjectStore.Stat> all = objects.list(PREFIX)) {
            for (ObjectStore.Stat each : (Iterable<ObjectStore.Stat>) all::iterator) {
                if (each.storedAtMs() < time) {
                    objects.delete(each.address());
                } else {
                    bytes += each.sizeBytes();
                }
            }
        }
        return bytes;
    }
}
