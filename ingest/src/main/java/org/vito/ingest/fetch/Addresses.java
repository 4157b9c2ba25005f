package org.vito.ingest.fetch;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Reads what people write as the place of a video: a path, or a URI with a scheme. */
public final class Addresses {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);
    private static final Pattern USER = Pattern.compile("//[^/?#\\s]*@");
    private static final Pattern SECRET = Pattern.compile(
            "(?i)([?&;](?:[\\w.-]*(?:token|signature|secret|passw|credential|api-?_?key)[\\w.-]*|sig|key|auth|policy)=)[^&;#\\s']*");
    private static final int LONGEST = 8192; // characters; no server or file system takes more

    private Addresses() {}

    /**
     * The absolute URI that {@code text} stands for.
     *
     * @param base what a relative path is relative to; null refuses relative paths
     * @throws VitoException {@link Reason#BAD_ADDRESS} if it stands for none
     */
    public static URI parse(String text, @Nullable Path base) {
        if (text.isBlank()) {
            throw bad("the address is empty; expected a path or a URI", null);
        }
        if (text.length() > LONGEST) {
            throw bad("the address is " + text.length() + " characters long; at most " + LONGEST + " are taken", null);
        }
        return SCHEME.matcher(text).matches() ? uri(text) : path(text, base).toUri();
    }

    /**
     * {@code address} as it may be logged and written to records: without user and password, and without the values of
     * parameters that are keys by their name, such as those of signed addresses. Works on text that is no address too.
     */
    public static String shown(String address) {
        return SECRET.matcher(USER.matcher(address).replaceAll("//***@")).replaceAll("$1***");
    }

    /** The local file that a {@code file:} URI names. @throws VitoException {@link Reason#BAD_ADDRESS} if it names none */
    public static Path file(URI address) {
        try {
            return Path.of(address);
        } catch (IllegalArgumentException | java.nio.file.FileSystemNotFoundException e) {
            throw bad("'" + address + "' names no local file: " + e.getMessage(), e);
        }
    }

    /** Whether the address is of a local file. */
    public static boolean isFile(URI address) {
        return "file".equalsIgnoreCase(address.getScheme());
    }

    private static URI uri(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            if (scheme.startsWith("http")
                    && (uri.getHost() == null || uri.getHost().isEmpty())) {
                throw bad("'" + shown(text) + "' names no host", null);
            }
            return isFile(uri) ? file(uri).normalize().toUri() : uri;
        } catch (URISyntaxException e) {
            throw bad("'" + shown(text) + "' is no URI: " + e.getReason() + " at character " + e.getIndex(), e);
        }
    }

    private static Path path(String text, @Nullable Path base) {
        try {
            Path path = Path.of(text);
            if (!path.isAbsolute() && base == null) {
                throw bad("'" + text + "' is a relative path; expected an absolute path or a URI", null);
            }
            return (base == null ? path : base.resolve(path)).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw bad("'" + text.strip() + "' is no path: " + e.getReason(), e);
        }
    }

    private static VitoException bad(String message, @Nullable Throwable cause) {
        return cause == null
                ? new VitoException(Reason.BAD_ADDRESS, message)
                : new VitoException(Reason.BAD_ADDRESS, message, cause);
    }
}
