package org.vito.learner.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.vito.learner.group.LearnerGroup;

/** A network of one weight whose loss depends on every byte of every batch so far, the rates and the seed. */
final class StandInNetwork implements Trainable {
    static final int CLIPS = 4;
    static final int BYTES = 8; // of a clip

    /** Makes networks and keeps what they reported. */
    static class Maker implements Trainable.Factory {
        final List<Double> losses = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public String architecture() {
            return "stand-in";
        }

        @Override
        public int views() {
            return 1;
        }

        @Override
        public int clips() {
            return CLIPS;
        }

        @Override
        public Trainable create(long seed, LearnerGroup group) {
            return new StandInNetwork(seed, this);
        }

        /** Called before each step with the number of steps reported so far; what it returns is added to the loss. */
        double before(int steps) {
            return 0;
        }
    }

    private final Maker maker;
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private double weight;

    private StandInNetwork(long seed, Maker maker) {
        weight = seed;
        this.maker = maker;
    }

    @Override
    public List<ByteBuffer> inputBuffers(int n) {
        for (int i = 0; i < n; i++) {
            buffers.add(ByteBuffer.allocateDirect(CLIPS * BYTES));
        }
        return buffers;
    }

    @Override
    public Outcome step(int buffer, int[] videoIds, long step, double learningRate, double emaDecay) {
        double extra = maker.before(maker.losses.size());
        double sum = 0;
        for (int i = 0; i < CLIPS * BYTES; i++) {
            sum += buffers.get(buffer).get(i) * Math.sin(i + weight);
        }
        weight = Math.sin(weight * emaDecay + sum * (1 + learningRate));
        maker.losses.add(weight);
        return new Outcome(weight + extra, 1);
    }

    @Override
    public void takeOver() {}

    @Override
    public void save(Path directory) {
        try {
            Files.writeString(directory.resolve("weight"), Double.toHexString(weight));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void restore(Path directory) {
        try {
            weight = Double.parseDouble(Files.readString(directory.resolve("weight")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        maker.closed.countDown();
    }
}
