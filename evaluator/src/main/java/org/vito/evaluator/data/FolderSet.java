package org.vito.evaluator.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.vito.protocol.CounterRandom;

/**
 * An image set of one folder a class, the folder's name being the class: either {@code train/CLASS/…} with {@code
 * test/CLASS/…} or {@code val/CLASS/…} beside it, or {@code CLASS/…} alone, split by a hash of each path relative to the
 * root. JPEG, PNG, BMP and WebP files count, at any depth below the class; names that begin with a dot do not.
 */
final class FolderSet {
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "webp");
    private static final List<String> TEST_NAMES = List.of("test", "val");
    private static final long SPLIT_SEED = 0;

    private FolderSet() {}

    static ImageSet open(String name, Path root, Limits limits) {
        try {
            Path train = root.resolve("train");
            return Files.isDirectory(train) ? twoParts(name, root, train, limits) : split(name, root, limits);
        } catch (IOException e) {
            throw DataSets.bad("data set %s: %s cannot be listed: %s".formatted(name, root, e), e);
        }
    }

    private static ImageSet twoParts(String name, Path root, Path train, Limits limits) throws IOException {
        Path test = TEST_NAMES.stream()
                .map(root::resolve)
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() -> DataSets.bad(
                        "data set %s: %s has train/ but neither test/ nor val/ beside it".formatted(name, root)));
        Map<String, List<Path>> trainFiles = classes(name, train);
        Map<String, List<Path>> testFiles = classes(name, test);
        List<String> classes = List.copyOf(trainFiles.keySet());
        for (String tested : testFiles.keySet()) {
            if (!trainFiles.containsKey(tested)) {
                throw DataSets.bad("data set %s: class %s is in %s but not in %s; expected the same classes in both"
                        .formatted(name, tested, test, train));
            }
        }
        for (String learned : classes) {
            if (!testFiles.containsKey(learned)) {
                throw DataSets.bad("data set %s: class %s is in %s but not in %s; expected the same classes in both"
                        .formatted(name, learned, train, test));
            }
        }
        return new ImageSet(
                name,
                classes,
                part(root, classes, trainFiles, limits.train()),
                part(root, classes, testFiles, limits.test()));
    }

    private static ImageSet split(String name, Path root, Limits limits) throws IOException {
        Map<String, List<Path>> all = classes(name, root);
        Map<String, List<Path>> train = new TreeMap<>();
        Map<String, List<Path>> test = new TreeMap<>();
        all.forEach((label, files) -> {
            for (Path file : files) {
                boolean held = isHeldOut(root.relativize(file), limits.testShare());
                (held ? test : train)
                        .computeIfAbsent(label, l -> new ArrayList<>())
                        .add(file);
            }
        });
        for (String label : all.keySet()) {
            if (!train.containsKey(label) || !test.containsKey(label)) {
                throw DataSets.bad(
                        ("data set %s: class %s in %s has %d images, too few to hold out a share of %.2f; add images or make"
                                        + " train/ and test/ folders")
                                .formatted(
                                        name,
                                        label,
                                        root,
                                        all.getOrDefault(label, List.of()).size(),
                                        limits.testShare()));
            }
        }
        List<String> classes = List.copyOf(all.keySet());
        return new ImageSet(
                name, classes, part(root, classes, train, limits.train()), part(root, classes, test, limits.test()));
    }

    static boolean isHeldOut(Path relative, double share) {
        String path = relative.toString().replace('\\', '/');
        return CounterRandom.of(SPLIT_SEED, path, 0, 0).nextDouble() < share;
    }

    static Map<String, List<Path>> classes(String name, Path part) throws IOException {
        Map<String, List<Path>> found = new TreeMap<>();
        try (Stream<Path> children = Files.list(part)) {
            for (Path folder : (Iterable<Path>) children.sorted()::iterator) {
                if (Files.isDirectory(folder) && !isHidden(folder)) {
                    found.put(String.valueOf(folder.getFileName()), images(name, folder));
                }
            }
        }
        if (found.size() < 2) {
            throw DataSets.bad("data set %s: %s has %d class folders; expected at least 2, each full of images"
                    .formatted(name, part, found.size()));
        }
        return new LinkedHashMap<>(found);
    }

    private static List<Path> images(String name, Path folder) throws IOException {
        List<Path> images;
        try (Stream<Path> files = Files.walk(folder)) {
            images = files.filter(f -> !isHidden(f) && isImage(f) && Files.isRegularFile(f))
                    .sorted()
                    .toList();
        }
        if (images.isEmpty()) {
            throw DataSets.bad("data set %s: class folder %s has no images (%s); expected at least one"
                    .formatted(
                            name,
                            folder,
                            String.join(", ", ENDINGS.stream().sorted().toList())));
        }
        return images;
    }

    private static boolean isHidden(Path file) {
        return String.valueOf(file.getFileName()).startsWith(".");
    }

    private static boolean isImage(Path file) {
        String fileName = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return ENDINGS.contains(fileName.substring(fileName.lastIndexOf('.') + 1));
    }

    static ImagePart part(Path root, List<String> classes, Map<String, List<Path>> files, int limit) {
        List<Path> paths = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            for (Path file : files.getOrDefault(classes.get(c), List.of())) {
                paths.add(file);
                labels.add(c);
            }
        }
        int[] all = labels.stream().mapToInt(Integer::intValue).toArray();
        int[] chosen = Subset.choose(all, classes.size(), limit);
        Path[] chosenPaths = new Path[chosen.length];
        int[] chosenLabels = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            chosenPaths[i] = paths.get(chosen[i]);
            chosenLabels[i] = all[chosen[i]];
        }
        return new ImageFiles(root, chosenPaths, chosenLabels);
    }
}
