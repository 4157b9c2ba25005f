package org.vito.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Bytes under the address of their content. Putting the same bytes twice stores one object; an object never changes, so
 * whoever holds an address can read it at any time and check it.
 *
 * <p>Addresses are {@code prefix/sha256}, the prefix being a word such as {@code videos}.
 */
public interface ObjectStore {
    /** What is known of an object without reading it; the time is that of its being stored, in milliseconds of the epoch. */
    record Stat(String address, long sizeBytes, long storedAtMs) {}

    /** An object that was put: its address, its SHA-256 and whether the same bytes had been there before. */
    record Put(String address, String sha256, long sizeBytes, boolean existed) {}

    /**
     * Stores everything {@code bytes} gives, durably, before it returns. The stream is not closed.
     *
     * @param limitBytes refuse more than this
     * @throws VitoException {@link Reason#TOO_LARGE} beyond the limit, {@link Reason#EMPTY} for no bytes
     * @throws IOException if reading or storing fails; nothing is left behind
     */
    Put put(String prefix, InputStream bytes, long limitBytes) throws IOException;

    /** A stream over the object. @throws VitoException {@link Reason#NOT_FOUND} if there is none */
    InputStream get(String address) throws IOException;

    /**
     * A local file with the object's content, for readers that need to seek: the object itself or a cached copy. Never
     * write to it. @throws VitoException {@link Reason#NOT_FOUND} if there is none
     */
    Path localFile(String address) throws IOException;

    /** Size of the object, or nothing if there is none. */
    Optional<Stat> stat(String address) throws IOException;

    /** Every object under {@code prefix}, in no order, none if there is no such prefix; the caller closes the stream. */
    Stream<Stat> list(String prefix) throws IOException;

    /** Removes the object. @return whether there was one */
    boolean delete(String address) throws IOException;

    /**
     * Removes an object that others may still ask for. Whoever asks for one that is missing under the same prefix is told from
     * now on what {@code rule} objects are removed by.
     *
     * @param rule a sentence that goes on behind a colon
     * @return whether there was one
     */
    boolean delete(String address, String rule) throws IOException;
}
