package org.vito.evaluator.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * ImageNet-3DCC ("3D common corruptions and data augmentation", arXiv 2203.01441): ImageNet's validation images, corrupted in ways
 * that mind the scene's depth, at five severities. Laid out as it is published, a folder for each corruption with one for each
 * severity in it, in which images lie by class: {@code near_focus/1/n01440764/ILSVRC2012_val_00000293.JPEG}. Of the twelve
 * corruptions that are published the paper (VITO, figure 2) has six, {@link #CORRUPTIONS}; others need not be there.
 *
 * @param name what the settings call it
 * @param root where it lies
 * @param classes identifiers of its classes, sorted
 * @param images in each severity of each corruption, of which {@code most} are used
 * @param most 0 = all
 */
public record ImageNet3dcc(String name, Path root, List<String> classes, int images, int most)
        implements ClassifiedSet {
    /** Names of the corruptions, in the paper's order. */
    public static final List<String> CORRUPTIONS =
            List.of("far_focus", "near_focus", "fog_3d", "flash", "xy_motion_blur", "z_motion_blur");

    /** Severities are 1 to this. */
    public static final int SEVERITIES = 5;

    public ImageNet3dcc {
        classes = List.copyOf(classes);
    }

    /** Checks that every severity of every corruption has the same classes and as many images. */
    static ImageNet3dcc open(String name, Path root, int most) {
        List<String> classes = List.of();
        int images = 0;
        for (String corruption : CORRUPTIONS) {
            for (int severity = 1; severity <= SEVERITIES; severity++) {
                Map<String, List<Path>> folders = folders(name, root, corruption, severity);
                int found = folders.values().stream().mapToInt(List::size).sum();
                List<String> here = List.copyOf(folders.keySet());
                if (images == 0) {
                    classes = here;
                    images = found;
                } else if (found != images || !here.equals(classes)) {
                    throw DataSets.bad(
                            "data set %s: %s has %d images of %d classes, %s/1 has %d of %d; expected the same images everywhere"
                                    .formatted(
                                            name,
                                            folder(root, corruption, severity),
                                            found,
                                            here.size(),
                                            CORRUPTIONS.get(0),
                                            images,
                                            classes.size()));
                }
            }
        }
        return new ImageNet3dcc(name, root, classes, images, most);
    }

    /**
     * The images of a corruption; labels are places in {@link #classes}.
     *
     * @param severity 1 to {@link #SEVERITIES}
     * @throws org.vito.protocol.VitoException BAD_DATA_SET if they are others than when the set was opened
     */
    public ImagePart part(String corruption, int severity) {
        Map<String, List<Path>> folders = folders(name, root, corruption, severity);
        if (!List.copyOf(folders.keySet()).equals(classes)) {
            throw DataSets.bad(
                    "data set %s: %s changed while it was used".formatted(name, folder(root, corruption, severity)));
        }
        return FolderSet.part(root, classes, folders, most);
    }

    private static Map<String, List<Path>> folders(String name, Path root, String corruption, int severity) {
        Path folder = folder(root, corruption, severity);
        if (!Files.isDirectory(folder)) {
            throw DataSets.bad(
                    "data set %s: there is no folder %s; expected %s of ImageNet-3DCC, each with folders 1 to %d, in them one a class"
                            .formatted(name, folder, String.join(", ", CORRUPTIONS), SEVERITIES));
        }
        try {
            return FolderSet.classes(name, folder);
        } catch (IOException e) {
            throw DataSets.bad("data set %s: %s cannot be listed: %s".formatted(name, folder, e), e);
        }
    }

    private static Path folder(Path root, String corruption, int severity) {
        return root.resolve(corruption).resolve(String.valueOf(severity));
    }
}
