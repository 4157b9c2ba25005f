package org.vito.augment;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Is told where the making of a view has come to; this one does not listen. */
class StageClock {
    static final StageClock DEAF = new StageClock();

    /** Parts of the way from a frame to a view. */
    enum Stage {
        DECODE,
        RESIZE,
        COLOUR,
        BLUR,
        TURN,
        WRITE
    }

    /** What comes now belongs to the next stage that is {@link #ended}. */
    void begin() {}

    /** Since the last call it was this stage. */
    void ended(Stage stage) {}

    /** Sums up the time of each stage. */
    static final class Summing extends StageClock {
        private final Map<Stage, AtomicLong> nanos = new EnumMap<>(Stage.class);
        private long last;

        @Override
        void begin() {
            last = System.nanoTime();
        }

        @Override
        void ended(Stage stage) {
            long now = System.nanoTime();
            nanos.computeIfAbsent(stage, any -> new AtomicLong()).addAndGet(now - last);
            last = now;
        }

        long nanos(Stage stage) {
            return nanos.getOrDefault(stage, new AtomicLong()).get();
        }
    }
}
