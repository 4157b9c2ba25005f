package org.vito.evaluator.data;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * ImageNet-Vid-Robust ("Do image classifiers generalize across time?", arXiv 1906.02168): frames of videos of 30 classes, each of
 * which stands for some of ImageNet's, with the up to 20 frames around each that show nearly the same. Laid out as the directory
 * {@code imagenet-vid-robust} of imagenet_vid_ytbb_robust.tar.gz is:
 *
 * <pre>
 *   metadata/pmsets.json                  {"val/VIDEO/000442.JPEG": ["val/VIDEO/000432.JPEG", …], …}: frames around frames
 *   metadata/labels.json                  {"val/VIDEO/000442.JPEG": [26], …}: right classes of each
 *   misc/imagenet_vid_class_index.json    {"0": ["n02691156", "airplane"], …}: the 30 classes
 *   misc/rev_wnid_map.json                {"n02691156": ["n02690373"], …}: ImageNet's classes in each
 *   val/VIDEO/000442.JPEG                 …
 * </pre>
 *
 * @param name what the settings call it
 * @param classes for each class the identifiers of ImageNet's classes that it stands for, at least one
 * @param frames all that are needed; their labels here are the first of {@code labels}
 * @param labels the right classes of each frame, at least one
 * @param anchors frames with those around them
 */
public record ImageNetVidRobust(
        String name, List<List<String>> classes, ImagePart frames, List<Set<Integer>> labels, List<Anchor> anchors)
        implements ClassifiedSet {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FRAME = Pattern.compile("val/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+\\.(JPEG|jpg|jpeg|png)");
    private static final String LAYOUT =
            "expected metadata/pmsets.json, metadata/labels.json, misc/imagenet_vid_class_index.json, misc/rev_wnid_map.json and"
                    + " val/ as in the directory imagenet-vid-robust of imagenet_vid_ytbb_robust.tar.gz";

    /**
     * A frame with those around it.
     *
     * @param frame index among the frames
     * @param neighbours likewise; possibly none
     */
    public record Anchor(int frame, List<Integer> neighbours) {
        public Anchor {
            neighbours = List.copyOf(neighbours);
        }
    }

    public ImageNetVidRobust {
        classes = List.copyOf(classes);
        labels = List.copyOf(labels);
        anchors = List.copyOf(anchors);
    }

    /** Reads what the frames are and checks that all are there; at most {@code most} anchors are used, evenly chosen, 0 = all. */
    static ImageNetVidRobust open(String name, Path root, int most) {
        Map<String, List<String>> sets = read(name, root, "metadata/pmsets.json", new TypeReference<>() {});
        Map<String, List<Integer>> labels = read(name, root, "metadata/labels.json", new TypeReference<>() {});
        List<List<String>> classes = classes(name, root);
        List<String> all = List.copyOf(sets.keySet());
        int count = most == 0 ? all.size() : Math.min(most, all.size());
        if (count == 0) {
            throw DataSets.bad("data set %s: %s names no frame".formatted(name, root.resolve("metadata/pmsets.json")));
        }
        Map<String, Integer> indices = new LinkedHashMap<>();
        List<Anchor> anchors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String anchor = all.get((int) ((long) i * all.size() / count));
            List<Integer> around = new ArrayList<>();
            for (String frame : sets.getOrDefault(anchor, List.of())) {
                around.add(index(indices, frame));
            }
            anchors.add(new Anchor(index(indices, anchor), around));
        }
        Path[] files = new Path[indices.size()];
        int[] first = new int[files.length];
        List<Set<Integer>> right = new ArrayList<>();
        indices.forEach((frame, index) -> {
            files[index] = file(name, root, frame);
            List<Integer> of = labels.getOrDefault(frame, List.of());
            if (of.isEmpty() || of.stream().anyMatch(label -> label < 0 || label >= classes.size())) {
                throw DataSets.bad("data set %s: %s has %s for %s; expected one or more numbers from 0 to %d"
                        .formatted(name, root.resolve("metadata/labels.json"), of, frame, classes.size() - 1));
            }
            first[index] = of.get(0);
            right.add(Set.copyOf(of));
        });
        return new ImageNetVidRobust(name, classes, new ImageFiles(root, files, first), right, anchors);
    }

    private static int index(Map<String, Integer> indices, String frame) {
        Integer known = indices.putIfAbsent(frame, indices.size());
        return known == null ? indices.size() - 1 : known;
    }

    private static Path file(String name, Path root, String frame) {
        Path file = root.resolve(frame);
        if (!FRAME.matcher(frame).matches() || !Files.isRegularFile(file)) {
            throw DataSets.bad("data set %s: there is no frame %s, which metadata/pmsets.json names; %s"
                    .formatted(name, file, LAYOUT));
        }
        return file;
    }

    private static List<List<String>> classes(String name, Path root) {
        Map<String, List<String>> index =
                read(name, root, "misc/imagenet_vid_class_index.json", new TypeReference<>() {});
        Map<String, List<String>> members = read(name, root, "misc/rev_wnid_map.json", new TypeReference<>() {});
        TreeMap<Integer, List<String>> classes = new TreeMap<>();
        index.forEach((number, about) -> {
            String identifier = about.isEmpty() ? "" : about.get(0);
            List<String> of = members.getOrDefault(identifier, List.of());
            if (!number.matches("\\d{1,4}") || of.isEmpty()) {
                throw DataSets.bad("data set %s: misc/rev_wnid_map.json names no class of ImageNet for class %s, %s; %s"
                        .formatted(name, number, identifier, LAYOUT));
            }
            classes.put(Integer.parseInt(number), of);
        });
        if (classes.isEmpty() || classes.size() != classes.lastKey() + 1) {
            throw DataSets.bad("data set %s: misc/imagenet_vid_class_index.json has the numbers %s; expected 0, 1, 2, …"
                    .formatted(name, classes.keySet()));
        }
        return List.copyOf(classes.values());
    }

    private static <T> Map<String, T> read(
            String name, Path root, String file, TypeReference<LinkedHashMap<String, T>> type) {
        Path path = root.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw DataSets.bad("data set %s: there is no %s; %s".formatted(name, path, LAYOUT));
        }
        try {
            Map<String, T> found = JSON.readValue(path.toFile(), type);
            if (found == null || found.containsValue(null)) {
                throw new IOException("null where a value was expected");
            }
            return found;
        } catch (IOException e) {
            String[] message = String.valueOf(e.getMessage()).split("\n", 2);
            throw DataSets.bad("data set %s: %s cannot be read: %s; %s".formatted(name, path, message[0], LAYOUT), e);
        }
    }
}
