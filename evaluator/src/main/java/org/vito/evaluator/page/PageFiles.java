package org.vito.evaluator.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The page's own files, from the class path. */
final class PageFiles {
    private static final ConcurrentMap<String, byte[]> read = new ConcurrentHashMap<>();

    private PageFiles() {}

    /** The bytes of a file, read once. Not to be changed. */
    static byte[] bytes(String name) {
        return read.computeIfAbsent(name, PageFiles::read);
    }

    private static byte[] read(String name) {
        try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the page's file " + name + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the page's file " + name + " cannot be read", e);
        }
    }
}
