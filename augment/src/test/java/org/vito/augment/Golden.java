package org.vito.augment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Numbers that other libraries have made, from a file of this class path that tells which; {@code #} begins a comment. */
final class Golden {
    private Golden() {}

    /** A line: what it is, then numbers. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Line(String what, double[] numbers) {
        double[] from(int index) {
            return Arrays.copyOfRange(numbers, index, numbers.length);
        }
    }

    static List<Line> lines(String resource) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Golden.class.getResourceAsStream(resource)), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", 2))
                    .map(parts -> new Line(
                            parts[0],
                            Arrays.stream(parts[1].split(" "))
                                    .mapToDouble(Double::parseDouble)
                                    .toArray()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The picture that the files are about, {@code [height, width, 3]}. */
    static byte[] picture(int width, int height) {
        byte[] bytes = new byte[width * height * 3];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (31L * i * i + 57L * i + 211L * (i / 3) + 11);
        }
        return bytes;
    }
}
