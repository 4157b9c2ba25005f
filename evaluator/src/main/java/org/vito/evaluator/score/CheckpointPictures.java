package org.vito.evaluator.score;

import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.augment.EvaluationTransform;
import org.vito.augment.Images;
import org.vito.evaluator.AttentionMaps;
import org.vito.evaluator.data.DavisSet;
import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.data.ImageSet;
import org.vito.evaluator.data.Mask;
import org.vito.evaluator.human.ClickMeTask;
import org.vito.evaluator.picture.Drawings;
import org.vito.evaluator.picture.LostAccuracy;
import org.vito.evaluator.picture.PictureStore;
import org.vito.evaluator.picture.Sheet;
import org.vito.evaluator.plan.Job;
import org.vito.evaluator.task.Features;
import org.vito.evaluator.task.KnnTask;
import org.vito.learner.FrozenEncoder;

/** Draws what a job's tasks show and puts it into the store. What cannot be drawn is logged: no score fails for want of a picture. */
final class CheckpointPictures {
    private static final Logger log = LoggerFactory.getLogger(CheckpointPictures.class);
    private static final int ROWS = 8;
    private static final int NEIGHBOURS = 6;
    private static final int SIDE = 128;
    private static final int FRAMES = 5;
    private static final int VIDEOS = 5;

    private final PictureStore store;
    private final Job job;

    CheckpointPictures(PictureStore store, Job job) {
        this.store = store;
        this.job = job;
    }

    /** Test images with the training images whose features are nearest, framed by whether they are of the same class. */
    void neighbours(ImageSet set, Features features) {
        put("neighbours", () -> {
            List<Integer> queries = some(set.test().size());
            int[][] nearest = KnnTask.nearest(features, queries, NEIGHBOURS);
            List<String> columns = new ArrayList<>(List.of("image"));
            IntStream.rangeClosed(1, NEIGHBOURS).forEach(i -> columns.add("neighbour " + i));
            Sheet sheet = new Sheet(columns);
            try (EvaluationTransform transform = EvaluationTransform.of(SIDE)) {
                for (int q = 0; q < queries.size(); q++) {
                    int label = set.test().label(queries.get(q));
                    List<BufferedImage> cells = new ArrayList<>();
                    cells.add(Drawings.image(picture(set.test(), queries.get(q), transform, SIDE)));
                    for (int image : nearest[q]) {
                        cells.add(Drawings.framed(
                                Drawings.image(picture(set.train(), image, transform, SIDE)),
                                set.train().label(image) == label));
                    }
                    sheet.row(set.classes().get(label), cells);
                }
            }
            return sheet.png();
        });
    }

    /** Test images lit by the network's attention, if it has some. */
    void attention(ImageSet set, FrozenEncoder network) {
        int side = network.imageSize();
        attention(network, drawn -> {
            try (EvaluationTransform transform = EvaluationTransform.of(side)) {
                for (int image : some(set.test().size())) {
                    drawn.accept(
                            set.classes().get(set.test().label(image)), picture(set.test(), image, transform, side));
                }
            }
        });
    }

    /** The first frames of videos lit by the network's attention, if it has some. */
    void attention(DavisSet set, FrozenEncoder network) {
        attention(network, drawn -> some(set.videos().size()).forEach(i -> {
            DavisSet.Video video = set.videos().get(i);
            drawn.accept(video.name(), video.frame(0));
        }));
    }

    private void attention(FrozenEncoder network, Consumer<BiConsumer<String, Images.Picture>> pictures) {
        if (network.outputs().stream().noneMatch(output -> output.startsWith("attention"))) {
            return;
        }
        put("attention", () -> {
            AttentionMaps maps = new AttentionMaps(network);
            List<String> columns = new ArrayList<>(List.of("image"));
            columns.addAll(maps.names());
            Sheet sheet = new Sheet(columns);
            pictures.accept((label, picture) -> {
                List<BufferedImage> cells = new ArrayList<>(List.of(Drawings.image(picture)));
                maps.of(picture).values().forEach(map -> cells.add(Drawings.lit(cells.get(0), map)));
                sheet.row(label, cells);
            });
            return sheet.png();
        });
    }

    /** Of the first pictures, where people looked and what the network finds important; put by {@link #put(String, Sheet)}. */
    ClickMeTask.Watcher alignment(Sheet sheet) {
        return (index, picture, people, network, correlation) -> {
            if (store.isOn() && index < ROWS) {
                BufferedImage image = Drawings.image(picture);
                sheet.row(
                        String.format(Locale.ROOT, "correlation %.2f", correlation),
                        List.of(image, Drawings.lit(image, people), Drawings.lit(image, network)));
            }
        };
    }

    /** A sheet for {@link #alignment}. */
    static Sheet alignmentSheet() {
        return new Sheet(List.of("picture", "people", "network"));
    }

    /** Of the first videos, the masks that were found over some of their frames; put by {@link #put(String, Sheet)}. */
    final class Masks {
        private final Sheet sheet = new Sheet(IntStream.range(0, FRAMES)
                .mapToObj(i -> i == 0 ? "given" : "found")
                .toList());
        private final List<String> videos = new ArrayList<>();
        private final List<BufferedImage> row = new ArrayList<>();

        void found(DavisSet.Video video, int index, Mask mask) {
            if (!store.isOn() || (!videos.contains(video.name()) && videos.size() == VIDEOS)) {
                return;
            }
            if (index == 0) {
                videos.add(video.name());
                row.clear();
            }
            int last = video.frames().size() - 1;
            if (index >= row.size() * last / (FRAMES - 1)) {
                row.add(Drawings.masked(Drawings.image(video.frame(index)), mask));
            }
            if (index == last) {
                sheet.row(video.name(), row);
            }
        }

        void put() {
            CheckpointPictures.this.put("masks", sheet);
        }
    }

    Masks masks() {
        return new Masks();
    }

    /** The curve of what is lost at each severity, where the metrics tell it. */
    void lost(Map<String, Double> metrics) {
        List<Double> lost = IntStream.rangeClosed(1, 5)
                .mapToObj(severity -> Optional.ofNullable(metrics.get("delta." + severity)))
                .flatMap(Optional::stream)
                .toList();
        if (!lost.isEmpty()) {
            put("lost-accuracy", () -> LostAccuracy.draw(lost));
        }
    }

    /** Puts what was drawn, if anything was. */
    void put(String name, Sheet sheet) {
        if (!sheet.isEmpty()) {
            put(name, sheet::png);
        }
    }

    private void put(String name, Supplier<byte[]> drawn) {
        if (!store.isOn()) {
            return;
        }
        try {
            store.put(
                    job.checkpoint().getRunId(),
                    new PictureStore.Entry(job.checkpoint().getStep(), job.dataSet(), name),
                    drawn.get());
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            log.warn(
                    "no picture {} of {} for {}@{}: {}",
                    name,
                    job.dataSet(),
                    job.checkpoint().getRunId(),
                    job.checkpoint().getStep(),
                    e.toString());
        }
    }

    private static List<Integer> some(int size) {
        int count = Math.min(ROWS, size);
        return IntStream.range(0, count)
                .mapToObj(i -> (int) ((2L * i + 1) * size / (2L * count)))
                .toList();
    }

    private static Images.Picture picture(ImagePart part, int index, EvaluationTransform transform, int side) {
        ByteBuffer pixels = ByteBuffer.allocate(3 * side * side);
        part.write(index, transform, pixels);
        return new Images.Picture(side, side, ByteString.copyFrom(pixels.flip()));
    }
}
