package org.vito.learner.run;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.vito.augment.AugmentedBatch;
import org.vito.augment.ClipBatch;
import org.vito.augment.ClipBatch.Example;
import org.vito.protocol.CounterRandom;

/** Views that are bytes drawn for clip and epoch. A clip of the video "damaged" cannot be used. */
final class StandInViews implements Augmentation {
    @Override
    public Flow<ClipBatch, AugmentedBatch, NotUsed> flow(List<ByteBuffer> buffers, Executor executor) {
        BlockingQueue<Integer> free = new ArrayBlockingQueue<>(buffers.size());
        for (int i = 0; i < buffers.size(); i++) {
            free.add(i);
        }
        return Flow.of(ClipBatch.class)
                .mapAsync(1, batch -> CompletableFuture.supplyAsync(() -> augment(batch, buffers, free), executor));
    }

    @Override
    public int buffers() {
        return 3;
    }

    @Override
    public int threads() {
        return 1;
    }

    private static AugmentedBatch augment(ClipBatch batch, List<ByteBuffer> buffers, BlockingQueue<Integer> free) {
        try {
            int buffer = free.take();
            List<Example> damaged = new ArrayList<>();
            Map<String, Integer> ids = new HashMap<>();
            int[] videoIds = new int[batch.examples().size()];
            for (int row = 0; row < videoIds.length; row++) {
                Example example = batch.examples().get(row);
                CounterRandom random = CounterRandom.of(1, example.clip().getClipId(), example.epoch(), 0);
                for (int i = 0; i < StandInNetwork.BYTES; i++) {
                    buffers.get(buffer).put(row * StandInNetwork.BYTES + i, (byte) random.nextInt(256));
                }
                String video = example.clip().getVideoId();
                videoIds[row] = ids.computeIfAbsent(video, v -> ids.size());
                if (video.equals("damaged")) {
                    damaged.add(example);
                }
            }
            return new AugmentedBatch(batch, buffer, videoIds, damaged, () -> free.add(buffer));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }
}
