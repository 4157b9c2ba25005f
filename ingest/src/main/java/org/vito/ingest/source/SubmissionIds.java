package org.vito.ingest.source;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import org.vito.ingest.fetch.Addresses;
import org.vito.protocol.Sha256;

/**
 * The identifier of a submission: SHA-256 of what was submitted, so that submitting the same again gives the same
 * identifier. A local file is its address, size and time of change; anything else is its address.
 */
public final class SubmissionIds {
    private SubmissionIds() {}

    /** The identifier of {@code address}, from the file's present state if it is a local file that exists. */
    public static String of(URI address) {
        if (Addresses.isFile(address)) {
            try {
                BasicFileAttributes now = Files.readAttributes(Addresses.file(address), BasicFileAttributes.class);
                return ofFile(address, now.size(), now.lastModifiedTime().toMillis());
            } catch (IOException e) {
                return ofAddress(address.toString()); // whoever fetches it will say that it is not there
            }
        }
        return ofAddress(address.toString());
    }

    /** The identifier of whatever is at {@code address}. */
    public static String ofAddress(String address) {
        return hash("address\n" + address);
    }

    static String ofFile(URI address, long sizeBytes, long modifiedMs) {
        return hash("file\n" + address + "\n" + sizeBytes + "\n" + modifiedMs);
    }

    /** The identifier of one of several videos at the address that was submitted as {@code whole}. */
    public static String ofPiece(String whole, URI address) {
        return hash("piece\n" + whole + "\n" + address);
    }

    /** The identifier of a file that was cut from the stream at {@code address}. */
    static String ofCut(URI address, String fileName) {
        return hash("cut\n" + address + "\n" + fileName);
    }

    /** The identifier of what {@code tag} tells of the object at {@code address}. */
    static String ofObject(URI address, String tag) {
        return hash("object\n" + address + "\n" + tag);
    }

    static String ofLine(String manifest, long line, String text) {
        return hash("line\n" + manifest + "\n" + line + "\n" + text);
    }

    private static String hash(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
