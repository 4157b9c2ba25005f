package org.vito.ingest.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a server wants a user to be vouched for: Basic (RFC 7617) or Digest (RFC 7616, and RFC 2069 without qop). */
public final class Challenge {
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z0-9_-]+)\\s*=\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|[^\",\\s]+)");
    private static final List<String> ALGORITHMS = List.of("MD5", "SHA-256"); // the stronger later
    private static final HexFormat HEX = HexFormat.of();

    private final String algorithm; // empty = Basic
    private final Map<String, String> parameters;
    private int count; // of answers

    private Challenge(String algorithm, Map<String, String> parameters) {
        this.algorithm = algorithm;
        this.parameters = parameters;
    }

    /** The strongest of those that an answer 401 offers, one a field {@code WWW-Authenticate}; nothing if none is understood. */
    public static Optional<Challenge> of(List<String> offers) {
        return offers.stream()
                .flatMap(offer -> one(offer).stream())
                .max(Comparator.comparingInt(c -> ALGORITHMS.indexOf(c.algorithm)));
    }

    private static Optional<Challenge> one(String offer) {
        String text = offer.strip();
        String scheme = text.replaceAll("\\s.*", "").toLowerCase(Locale.ROOT);
        if (scheme.equals("basic")) {
            return Optional.of(new Challenge("", Map.of()));
        }
        if (!scheme.equals("digest")) {
            return Optional.empty();
        }
        Map<String, String> parameters = new HashMap<>();
        Matcher each = PARAMETER.matcher(text.substring(scheme.length()));
        while (each.find()) {
            String value = each.group(2);
            parameters.put(
                    each.group(1).toLowerCase(Locale.ROOT),
                    value.startsWith("\"") ? value.substring(1, value.length() - 1) : value);
        }
        String algorithm = parameters.getOrDefault("algorithm", "MD5").toUpperCase(Locale.ROOT);
        boolean understood =
                ALGORITHMS.contains(algorithm) && parameters.containsKey("nonce") && parameters.containsKey("realm");
        return understood ? Optional.of(new Challenge(algorithm, parameters)) : Optional.empty();
    }

    /**
     * The field {@code Authorization} of a request.
     *
     * @param client some text that nobody can foresee
     */
    public String answer(String user, String password, String method, String uri, String client) {
        if (algorithm.isEmpty()) {
            byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(both);
        }
        String realm = parameters.getOrDefault("realm", "");
        String nonce = parameters.getOrDefault("nonce", "");
        String who = hash(user + ":" + realm + ":" + password);
        String what = hash(method + ":" + uri);
        boolean counted =
                List.of(parameters.getOrDefault("qop", "").split("[,\\s]+")).contains("auth");
        String number = String.format(Locale.ROOT, "%08x", ++count);
        String response = counted
                ? hash(String.join(":", who, nonce, number, client, "auth", what))
                : hash(String.join(":", who, nonce, what));
        StringBuilder answer =
                new StringBuilder("Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\""
                        .formatted(user, realm, nonce, uri, response));
        if (parameters.containsKey("algorithm")) {
            answer.append(", algorithm=").append(algorithm);
        }
        if (parameters.containsKey("opaque")) {
            answer.append(", opaque=\"").append(parameters.get("opaque")).append('"');
        }
        if (counted) {
            answer.append(", qop=auth, nc=")
                    .append(number)
                    .append(", cnonce=\"")
                    .append(client)
                    .append('"');
        }
        return answer.toString();
    }

    private String hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            return HEX.formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
