package org.vito.learner.model;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** One batch and its place in the schedule as tensors to feed {@link Inputs} with. */
final class Batch implements AutoCloseable {
    private final Inputs inputs;
    private final Operand<?> imagesInput;
    private final TType images;
    private final long seed;
    private final TInt32 videoIds;
    private final TFloat32 learningRate;
    private final TFloat32 emaDecay;
    private final @Nullable StepTrace trace;

    /**
     * A batch.
     *
     * @param imagesInput the input that {@code images} are for: bytes, or normalised
     * @param images stay the caller's to close
     * @param seed decides what drop path skips
     * @param trace what takes down the runs of the step, if anything does
     */
    Batch(
            Inputs inputs,
            Operand<?> imagesInput,
            TType images,
            long seed,
            int[] videoIds,
            double learningRate,
            double emaDecay,
            @Nullable StepTrace trace) {
        this.inputs = inputs;
        this.imagesInput = imagesInput;
        this.images = images;
        this.seed = seed;
        this.videoIds = TInt32.vectorOf(videoIds);
        this.learningRate = TFloat32.scalarOf((float) learningRate);
        this.emaDecay = TFloat32.scalarOf((float) emaDecay);
        this.trace = trace;
    }

    /** What a pass of one micro-batch through the networks needs: its images, and its part of chance. */
    final class Part implements AutoCloseable {
        private final TInt32 number;
        private final TInt64 chance;

        private Part(int number) {
            this.number = TInt32.scalarOf(number);
            chance = TInt64.vectorOf((long) number << Integer.SIZE, seed);
        }

        Session.Runner feed(Session.Runner runner) {
            return runner.feed(imagesInput, images).feed(inputs.part(), number).feed(inputs.seed(), chance);
        }

        @Override
        public void close() {
            number.close();
            chance.close();
        }
    }

    Part part(int number) {
        return new Part(number);
    }

    /** Executes one run of the step. */
    Result run(Session.Runner runner) {
        return trace == null ? runner.run() : trace.run(runner);
    }

    Session.Runner feedVideoIds(Session.Runner runner) {
        return runner.feed(inputs.videoIds(), videoIds);
    }

    Session.Runner feedRates(Session.Runner runner) {
        return runner.feed(inputs.learningRate(), learningRate).feed(inputs.emaDecay(), emaDecay);
    }

    @Override
    public void close() {
        videoIds.close();
        learningRate.close();
        emaDecay.close();
    }
}
