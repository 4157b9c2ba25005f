package org.vito.deploy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.vito.protocol.CounterRandom;

/**
 * Makes the demo's labelled set: {@code train/CLASS/….png} and {@code test/CLASS/….png}, each image a moment of an object
 * that is in no video and in no other image.
 */
final class LabelledImages {
    private static final String DONE = ".complete";

    private LabelledImages() {}

    /** Makes the set in {@code directory} unless the same one is there. */
    static void make(DemoSettings settings, Path directory) throws IOException {
        Path done = directory.resolve(DONE);
        String which = "seed %d, side %d, %d + %d"
                .formatted(settings.seed(), settings.side(), settings.trainImages(), settings.testImages());
        if (Files.exists(done) && Files.readString(done).equals(which)) {
            return;
        }
        Files.deleteIfExists(done);
        DemoWorld world = new DemoWorld(settings.seed(), settings.side());
        part(world, settings.seed(), directory, "train", settings.trainImages());
        part(world, settings.seed(), directory, "test", settings.testImages());
        Files.writeString(done, which);
    }

    private static void part(DemoWorld world, long seed, Path directory, String part, int images) throws IOException {
        List<String> classes = DemoWorld.classes();
        for (int kind = 0; kind < classes.size(); kind++) {
            Path target = directory.resolve(part).resolve(classes.get(kind));
            Files.createDirectories(target);
            for (int i = 0; i < images; i++) {
                String name = String.format(Locale.ROOT, "%s-%s-%04d", part, classes.get(kind), i);
                DemoWorld.Instance instance = world.instance(name, kind);
                long timeUs =
                        (long) (CounterRandom.of(seed, "moment/" + name, 0, 0).nextDouble() * 8_000_000);
                ImageIO.write(
                        world.image(instance, timeUs),
                        "png",
                        target.resolve(name + ".png").toFile());
            }
        }
    }
}
