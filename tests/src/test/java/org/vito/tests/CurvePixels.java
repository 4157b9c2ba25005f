package org.vito.tests;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.vito.augment.EvaluationTransform;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.data.ImageSet;
import org.vito.evaluator.data.Limits;
import org.vito.evaluator.task.Features;
import org.vito.evaluator.task.KnnTask;
import org.vito.evaluator.task.LinearProbeTask;
import org.vito.evaluator.task.Task;
import org.vito.evaluator.task.Workers;

/** What a learning curve's tasks make of the pixels themselves: the score that features have to beat to be worth their making. */
final class CurvePixels {
    private static final int CHANNELS = 3; // of which grey pictures need one

    private CurvePixels() {}

    /** Scores the brightness of the labelled pictures in {@code images}, on the pictures that {@code settings} choose. */
    static CurveArm score(Path images, Config settings) {
        long began = System.nanoTime();
        Config evaluator = settings.withFallback(ConfigFactory.parseResources("presets/small.conf"))
                .withFallback(ConfigFactory.defaultReference())
                .resolve()
                .getConfig("vito.evaluator");
        Limits limits = new Limits(evaluator.getInt("train-limit"), evaluator.getInt("test-limit"), 0, 0.2);
        ImageSet set = (ImageSet) DataSets.open("labelled", images, DataSets.Kind.IDX, limits);
        Features features = new Features(
                pixels(set.train()),
                labels(set.train()),
                pixels(set.test()),
                labels(set.test()),
                set.classes().size());
        Map<String, List<CurveArm.Point>> points = new TreeMap<>();
        for (Task task : tasks(evaluator)) {
            Map<String, Double> metrics = task.run(features, Workers.single());
            points.put(task.name(), List.of(CurveArm.point(0, 0, metrics)));
        }
        return new CurveArm(CurveMethod.PIXELS, 0, 0, 0, 0, 0, 0, (System.nanoTime() - began) / 1e9, points);
    }

    private static List<Task> tasks(Config evaluator) {
        Config knn = evaluator.getConfig("knn");
        Config linear = evaluator.getConfig("linear");
        return List.of(
                new KnnTask(knn.getInt("k"), knn.getDouble("temperature")),
                new LinearProbeTask(new LinearProbeTask.Options(
                        linear.getDoubleList("learning-rates"),
                        linear.getInt("epochs"),
                        linear.getInt("batch"),
                        linear.getLong("seed"),
                        linear.getBoolean("standardise"))));
    }

    /** The pictures at 28², whatever their own size. */
    private static float[][] pixels(ImagePart part) {
        int side = 28;
        ByteBuffer picture = ByteBuffer.allocateDirect(side * side * CHANNELS);
        float[][] pixels = new float[part.size()][side * side];
        try (EvaluationTransform transform = new EvaluationTransform(side, side)) {
            for (int i = 0; i < pixels.length; i++) {
                picture.clear();
                part.write(i, transform, picture);
                for (int p = 0; p < side * side; p++) {
                    pixels[i][p] = (picture.get(CHANNELS * p) & 0xff) / 255f;
                }
            }
        }
        return pixels;
    }

    private static int[] labels(ImagePart part) {
        return IntStream.range(0, part.size()).map(part::label).toArray();
    }
}
