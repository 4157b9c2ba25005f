package org.vito.evaluator.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vito.augment.Images;

/** A small set in the layout of model-vs-human: 32 pictures without conditions and 16 of each of three, judged by three people. */
public final class MadeHuman {
    public static final List<String> CATEGORIES = List.of(
            "airplane",
            "bear",
            "bicycle",
            "bird",
            "boat",
            "bottle",
            "car",
            "cat",
            "chair",
            "clock",
            "dog",
            "elephant",
            "keyboard",
            "knife",
            "oven",
            "truck");
    public static final List<String> EXPERIMENTS = List.of("edge", "low-pass");

    /** In the place of a person: what the network of the tests says. */
    public static final int NETWORK = 4;

    private static final List<String> CONDITIONS = List.of("1", "10", "40");
    private static final int SIDE = 224;

    private MadeHuman() {}

    /** Writes both experiments, pictures and answers. */
    public static void write(Path root) {
        try {
            Path edge = root.resolve("datasets/edge");
            Path blurred = root.resolve("datasets/low-pass/dnn/session-1");
            for (int i = 0; i < 32; i++) {
                picture(edge.resolve(CATEGORIES.get(i % 16)).resolve(edgeName(i)), i);
            }
            for (int i = 0; i < 48; i++) {
                picture(blurred.resolve("%04d_lp_dnn_".formatted(i) + blurredName(i)), i);
            }
            for (int person = 1; person <= 3; person++) {
                answers(root, "edge", person);
                answers(root, "low-pass", person);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What somebody says of picture {@code i}. */
    public static String said(int who, int i, int away) {
        return CATEGORIES.get((i + (right(who, i) ? 0 : away)) % 16);
    }

    private static boolean right(int who, int i) {
        if (who == NETWORK) {
            return i % 4 == 0 ? !right(2, i) : right(1 + i % 3, i);
        }
        return i % 3 == 0 ? i * 7 % 11 < 8 : (i * 7 + who * 5 + i * i * who) % 11 < 7;
    }

    private static String edgeName(int i) {
        return CATEGORIES.get(i % 16) + i / 16 + ".png";
    }

    private static String blurredName(int i) {
        return "%s_%s_10_n0%07d_%d.png".formatted(CONDITIONS.get(i / 16), CATEGORIES.get(i % 16), i % 16, i);
    }

    private static void answers(Path root, String experiment, int person) throws IOException {
        boolean edge = experiment.equals("edge");
        StringBuilder lines = new StringBuilder(edge ? "subj,session" : "subj,Session")
                .append(",trial,rt,object_response,category,condition,imagename\n");
        int count = edge ? 32 : 48;
        for (int trial = 1; trial <= count; trial++) {
            int i = count - trial; // people see them in other orders
            String condition = edge ? "0" : CONDITIONS.get(i / 16);
            String number = i / 16 == 1 ? condition + ".0" : condition; // the same number otherwise written
            String name = edge
                    ? "%04d_edg_s%02d_0_%s_00_%s".formatted(trial, person, CATEGORIES.get(i % 16), edgeName(i))
                    : "%04d_lp_s%02d_%s".formatted(trial, person, blurredName(i));
            lines.append("subject-%02d,1,%d,0.9,%s,%s,%s,%s%n"
                    .formatted(
                            person,
                            trial,
                            said(person, i, edge ? 3 : 5),
                            CATEGORIES.get(i % 16),
                            edge ? condition : number,
                            name));
        }
        Path file = root.resolve("raw-data")
                .resolve(experiment)
                .resolve("%s_subject-%02d_session_1.csv".formatted(experiment, person));
        Files.createDirectories(file.getParent());
        Files.writeString(file, lines);
    }

    /** The number of a picture two of whose bytes, the second and the last, are these. */
    public static int number(byte second, byte last) {
        for (int i = 0; i < 48; i++) {
            if (colour(i, 1) == second && colour(i, 3 * SIDE * SIDE - 1) == last) {
                return i;
            }
        }
        throw new AssertionError("no picture has the bytes " + second + " and " + last);
    }

    private static byte colour(int i, int at) {
        return (byte) (at * (i + 3) % 251);
    }

    private static void picture(Path file, int i) throws IOException {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int at = 0; at < rgb.length; at++) {
            rgb[at] = colour(i, at);
        }
        Files.createDirectories(file.getParent());
        Files.write(file, Images.png(SIDE, SIDE, rgb));
    }
}
