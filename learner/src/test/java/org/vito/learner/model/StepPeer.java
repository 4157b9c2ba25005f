package org.vito.learner.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.network.Precision;
import org.vito.protocol.CounterRandom;

/** One of the processes that train one network together: some steps on its part of the batch, then it saves what it has. */
final class StepPeer {
    /** So small that differences in rounding, which gradients as large as these would amplify, stay small. */
    private static final double RATE = 1e-4;

    private static final int STEPS = 3;
    /** Until the loss scale has shrunk enough for gradients to be finite, and a few more. */
    private static final int FLOAT16_STEPS = 14;

    static final int CLIPS = 8;
    static final int SIZE = 64;
    static final int[] VIDEOS = {0, 1, 2, 2, 4, 5, 1, 7};

    private StepPeer() {}

    /** Arguments: rank, addresses, settings, directory to save to. */
    public static void main(String[] arguments) throws IOException {
        int rank = Integer.parseInt(arguments[0]);
        List<String> addresses = List.of(arguments[1].split(","));
        ModelSettings settings = settings(arguments[2]);
        try (ProcessGroup group =
                ProcessGroup.start(rank, addresses, Duration.ofMinutes(2), Sessions.config(settings))) {
            // Another seed in each process: all must take over what the first has.
            try (TrainingModel model = TrainingModel.create(settings, 3 + rank, group)) {
                model.takeOver();
                run(model, settings, rank, group.size(), Files.createDirectories(Path.of(arguments[3])));
            }
        }
        System.out.println("done");
        System.exit(0); // TensorFlow's server cannot be ended
    }

    static ModelSettings settings(String more) {
        return TestSettings.with(
                """
                vito.learner.model {
                  architecture = tiny, block = bottleneck, depths = [1, 1, 1, 1], width = 8, zero-gamma = false
                  projector { hidden = 32, output = 8 }
                  views = 3, clips = %d, size = %d, threads = 1
                  %s
                }
                """
                        .formatted(CLIPS, SIZE, more));
    }

    /** Steps on part {@code rank} of {@code size} and saves. */
    static void run(TrainingModel model, ModelSettings settings, int rank, int size, Path directory)
            throws IOException {
        ByteBuffer part = model.inputBuffers(1).get(0);
        StringBuilder losses = new StringBuilder();
        int steps = settings.precision() == Precision.FLOAT16 ? FLOAT16_STEPS : STEPS;
        for (int step = 0; step < steps; step++) {
            fill(part, settings, rank, size, step);
            TrainingModel.Step done = model.step(0, VIDEOS, step, RATE, 0.99);
            losses.append(done.loss()).append(' ').append(done.gradientNorm()).append('\n');
        }
        model.save(directory);
        Files.writeString(directory.resolve("losses"), losses);
    }

    /** Pictures that depend on view, clip and step alone; statistics of views and clips differ widely. */
    private static void fill(ByteBuffer part, ModelSettings settings, int rank, int size, int step) {
        int clips = CLIPS / size;
        int bytes = settings.size() * settings.size() * 3;
        for (int view = 0; view < settings.views(); view++) {
            for (int clip = 0; clip < clips; clip++) {
                int whole = rank * clips + clip;
                CounterRandom random = CounterRandom.of(step, "images", whole, view);
                for (int i = 0; i < bytes; i++) {
                    part.put((view * clips + clip) * bytes + i, (byte) (random.nextInt(128) + 16 * whole));
                }
            }
        }
    }
}
