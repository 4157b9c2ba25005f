package org.vito.evaluator.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * ImageNet-A ("Natural adversarial examples", arXiv 1907.07174): photographs of 200 of ImageNet's classes on which a ResNet-50
 * failed, laid out as imagenet-a.tar is published, one folder a class, called by its WordNet identifier:
 *
 * <pre>
 *   n01498041/0.000116_digital clock _ digital clock_0.865662.jpg  …
 * </pre>
 *
 * @param name what the settings call it
 * @param classes identifiers of the 200, sorted
 * @param images labels are places in {@code classes}
 */
public record ImageNetA(String name, List<String> classes, ImagePart images) implements ClassifiedSet {
    private static final int CLASSES = 200;
    private static final int IMAGES = 7500;

    public ImageNetA {
        classes = List.copyOf(classes);
    }

    /** Lists the images and checks that all are there; at most {@code most} of them are used, 0 = all. */
    static ImageNetA open(String name, Path root, int most) {
        try {
            Map<String, List<Path>> folders = FolderSet.classes(name, root);
            int images = folders.values().stream().mapToInt(List::size).sum();
            TreeSet<String> strangers = new TreeSet<>(folders.keySet());
            strangers.removeAll(ImageNetClasses.names());
            if (!strangers.isEmpty() || folders.size() != CLASSES || images != IMAGES) {
                throw DataSets.bad(
                        "data set %s: %s has %d images in %d folders%s; expected ImageNet-A whole: %d images in %d folders called"
                                        .formatted(
                                                name,
                                                root,
                                                images,
                                                folders.size(),
                                                strangers.isEmpty() ? "" : ", one called " + strangers.first(),
                                                IMAGES,
                                                CLASSES)
                                + " n01498041 and the like, as in imagenet-a.tar");
            }
            List<String> classes = List.copyOf(folders.keySet());
            return new ImageNetA(name, classes, FolderSet.part(root, classes, folders, most));
        } catch (IOException e) {
            throw DataSets.bad("data set %s: %s cannot be listed: %s".formatted(name, root, e), e);
        }
    }
}
