package org.vito.ingest.fetch;

import java.io.IOException;
import java.net.URI;
import java.util.Set;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** Opens what the system's own object store holds: {@code object:videos/…}, how sources submit what they recorded. */
public final class ObjectFetcher implements Fetcher {
    private static final String SCHEME = "object";

    private final ObjectStore objects;

    public ObjectFetcher(ObjectStore objects) {
        this.objects = objects;
    }

    /** How the object at {@code address} is submitted. */
    public static URI uri(String address) {
        return URI.create(SCHEME + ":" + address);
    }

    /** Whether {@code uri} is the address of an object. */
    public static boolean isObject(String uri) {
        return uri.startsWith(SCHEME + ":");
    }

    @Override
    public Set<String> schemes() {
        return Set.of(SCHEME);
    }

    @Override
    public Download open(URI address) {
        String key = address.getSchemeSpecificPart();
        try {
            long size = objects.stat(key).map(ObjectStore.Stat::sizeBytes).orElse(-1L);
            return new Download(BlockStream.of(objects.get(key), e -> unreadable(key, e)), size);
        } catch (IOException e) {
            throw unreadable(key, e);
        }
    }

    private static RetriableException unreadable(String key, Exception e) {
        return new RetriableException(Reason.STORAGE, "the object " + key + " cannot be read: " + e, e);
    }
}
