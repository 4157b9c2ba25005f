package org.vito.deploy.embed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Files below a directory, in the order of their names.
 *
 * @param directory absolute
 */
public record InputFiles(Path directory, List<Path> files) {
    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png", "bmp", "webp");
    private static final Set<String> VIDEOS =
            Set.of("mp4", "m4v", "mov", "3gp", "mkv", "webm", "avi", "ts", "mpg", "mpeg", "flv", "ogv", "wmv");

    public InputFiles {
        files = List.copyOf(files);
    }

    /** All images: names in jpg, jpeg, png, bmp, webp. */
    public static InputFiles images(Path directory) {
        return find(directory, IMAGES);
    }

    /** All videos: names in the usual endings. */
    public static InputFiles videos(Path directory) {
        return find(directory, VIDEOS);
    }

    private static InputFiles find(Path given, Set<String> endings) {
        Path directory = given.toAbsolutePath().normalize();
        if (!Files.isDirectory(directory)) {
            throw new VitoException(Reason.BAD_SETTING, directory + " is not a directory");
        }
        try (Stream<Path> all = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = all.filter(file -> endings.contains(ending(file)))
                    .filter(Files::isRegularFile)
                    .filter(file -> !hidden(directory, file))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new VitoException(
                        Reason.BAD_SETTING,
                        "%s has no files that end in one of %s"
                                .formatted(
                                        directory,
                                        String.join(
                                                ", ", endings.stream().sorted().toList())));
            }
            return new InputFiles(directory, files);
        } catch (IOException | UncheckedIOException e) {
            throw new VitoException(Reason.STORAGE, directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Name of a file as the index has it. */
    String name(Path file) {
        return directory.relativize(file).toString().replace('\\', '/');
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static boolean hidden(Path directory, Path file) {
        for (Path part : directory.relativize(file)) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }
}
