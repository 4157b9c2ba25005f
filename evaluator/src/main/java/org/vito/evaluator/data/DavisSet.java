package org.vito.evaluator.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.vito.augment.Images;
import org.vito.protocol.VitoException;

/**
 * Videos every frame of which has a mask, laid out as DAVIS 2017 is published ("The 2017 DAVIS challenge on video object
 * segmentation", arXiv 1704.00675), at 480p:
 *
 * <pre>
 *   ImageSets/2017/val.txt           one name a line
 *   JPEGImages/480p/NAME/00000.jpg   …
 *   Annotations/480p/NAME/00000.png  …
 * </pre>
 *
 * @param name what the settings call it
 */
public record DavisSet(String name, List<Video> videos) implements DataSet {
    private static final String LAYOUT =
            "expected ImageSets/2017/val.txt, JPEGImages/480p/NAME/00000.jpg and Annotations/480p/NAME/00000.png as in"
                    + " DAVIS-2017-trainval-480p.zip";

    public DavisSet {
        videos = List.copyOf(videos);
    }

    /**
     * A video.
     *
     * @param frames JPEG files in order, 3 at least
     * @param masks as many PNG files
     */
    public record Video(String name, List<Path> frames, List<Path> masks) {
        public Video {
            frames = List.copyOf(frames);
            masks = List.copyOf(masks);
        }

        /** The name of a frame's mask, {@code 00000.png}. */
        public String name(int index) {
            return masks.get(index).getFileName().toString();
        }

        /** Decodes a frame. @throws VitoException BAD_DATA_SET naming the file if it is no picture */
        public Images.Picture frame(int index) {
            Path file = frames.get(index);
            try {
                return Images.decodeRgb(Files.readAllBytes(file));
            } catch (IOException e) {
                throw DataSets.bad("%s cannot be read: %s".formatted(file, e), e);
            } catch (VitoException e) {
                throw DataSets.bad("%s: %s".formatted(file, e.getMessage()), e);
            }
        }

        /** Reads a mask. @throws VitoException BAD_DATA_SET naming the file if it is none */
        public Mask mask(int index) {
            return MaskFiles.read(masks.get(index));
        }
    }

    /**
     * Lists the videos of the validation part and checks that each frame has its mask; files are read later.
     *
     * @param most videos that are taken, the first ones of the list; 0 = all
     */
    static DavisSet open(String name, Path root, int most) {
        Path list = root.resolve("ImageSets/2017/val.txt");
        if (!Files.isRegularFile(list)) {
            throw DataSets.bad("data set %s: there is no %s; %s".formatted(name, list, LAYOUT));
        }
        try {
            List<Video> videos = new ArrayList<>();
            for (String line : Files.readAllLines(list)) {
                String video = line.strip();
                if (!video.isEmpty() && (most == 0 || videos.size() < most)) {
                    videos.add(video(name, root, list, video));
                }
            }
            if (videos.isEmpty()) {
                throw DataSets.bad("data set %s: %s names no video".formatted(name, list));
            }
            return new DavisSet(name, videos);
        } catch (IOException e) {
            throw DataSets.bad("data set %s: %s cannot be listed: %s".formatted(name, root, e), e);
        }
    }

    private static Video video(String name, Path root, Path list, String video) throws IOException {
        if (!video.matches("[A-Za-z0-9_-]+")) {
            throw DataSets.bad(
                    "data set %s: %s names \"%s\"; expected letters, digits, '-' and '_'".formatted(name, list, video));
        }
        List<Path> frames = files(name, root.resolve("JPEGImages/480p").resolve(video), ".jpg");
        List<Path> masks = new ArrayList<>();
        for (Path frame : frames) {
            String png = frame.getFileName().toString().replaceFirst("\\.jpg$", ".png");
            Path mask = root.resolve("Annotations/480p").resolve(video).resolve(png);
            if (!Files.isRegularFile(mask)) {
                throw DataSets.bad("data set %s: %s has no mask %s; %s".formatted(name, frame, mask, LAYOUT));
            }
            masks.add(mask);
        }
        if (frames.size() < 3) {
            throw DataSets.bad(
                    "data set %s: video %s has %d frames; expected 3 at least, since the first and the last do"
                                    .formatted(name, video, frames.size())
                            + " not count");
        }
        return new Video(video, frames, masks);
    }

    private static List<Path> files(String name, Path directory, String ending) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw DataSets.bad("data set %s: there is no directory %s; %s".formatted(name, directory, LAYOUT));
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
