package org.vito.learner.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.exceptions.TensorFlowException;
import org.vito.augment.AugmentedBatch;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.group.GroupException;
import org.vito.learner.group.LearnerGroup;
import org.vito.learner.group.LearnerGroup.Channel;
import org.vito.learner.run.BatchAssembler.Prepared;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/**
 * What the learners of a group agree on between steps. Each makes the same batches and trains on its part of them; that they
 * are the same is checked at every step, by a digest of the places of a batch's clips.
 */
final class Companions {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Where all begin: what the leader has restored.
     *
     * @param savedStep of the leader's newest checkpoint
     * @param data the data order's state, as JSON
     */
    @SuppressWarnings("ArrayRecordComponent") // a message
    record Start(long generation, long step, double loss, long savedStep, byte[] data) {}

    /**
     * What one learner says before a step.
     *
     * @param end whether it has no batch: it was asked to stop, or the data has ended
     * @param batch digest of its batch
     * @param videoIds of its part, numbered over the whole batch
     * @param damaged places, in the whole batch, of clips it could not use
     * @param savedStep the newest step it has saved
     */
    @SuppressWarnings("ArrayRecordComponent") // a message
    record Ready(boolean end, String batch, int[] videoIds, List<Integer> damaged, long savedStep) {}

    /**
     * What all agree on.
     *
     * @param end whether no step follows
     * @param videoIds of the whole batch
     * @param damaged clips that could not be used, anywhere
     * @param savedStep the newest step of which there is a checkpoint
     */
    @SuppressWarnings("ArrayRecordComponent") // goes into a tensor as it is
    record Turn(boolean end, int[] videoIds, List<Example> damaged, long savedStep) {}

    private final LearnerGroup group;

    Companions(LearnerGroup group) {
        this.group = group;
    }

    /** Tells or hears where all begin; {@code own} is the leader's, and null for the others. */
    Start start(@Nullable Start own) {
        byte[] mine = own == null ? new byte[0] : json(own);
        return read(group.exchange(Channel.STEPS, mine).get(0), Start.class);
    }

    /**
     * Waits until all are ready for a step.
     *
     * @param batch null if this learner wants to end
     * @throws VitoException INTERNAL if the learners have composed different batches
     */
    Turn turn(@Nullable Prepared batch, long savedStep) {
        List<Ready> all = group.exchange(Channel.STEPS, json(ready(batch, savedStep))).stream()
                .map(share -> read(share, Ready.class))
                .toList();
        long saved = all.get(0).savedStep();
        if (batch == null || all.stream().anyMatch(Ready::end)) {
            return new Turn(true, new int[0], List.of(), saved);
        }
        for (int rank = 1; rank < all.size(); rank++) {
            if (!all.get(rank).batch().equals(all.get(0).batch())) {
                throw new VitoException(
                        Reason.INTERNAL,
                        "rank %d has composed another batch %d than rank 0: the clips that they read differ"
                                .formatted(rank, batch.views().source().number()));
            }
        }
        List<Example> damaged = all.stream()
                .flatMap(ready -> ready.damaged().stream())
                .map(batch.whole()::get)
                .toList();
        int[] ids = all.stream()
                .flatMapToInt(ready -> Arrays.stream(ready.videoIds()))
                .toArray();
        return new Turn(false, ids, damaged, saved);
    }

    /** The failure that ended the group, where {@code cause} is only what it looked like from here. */
    Throwable explain(Throwable cause) {
        if (group.size() == 1 || !(cause instanceof TensorFlowException)) {
            return cause;
        }
        VitoException known = group.failure();
        return known != null
                ? known
                : new GroupException("rank %d failed in a step: %s".formatted(group.rank(), cause.getMessage()), cause);
    }

    private Ready ready(@Nullable Prepared batch, long savedStep) {
        if (batch == null) {
            return new Ready(true, "", new int[0], List.of(), savedStep);
        }
        List<Integer> damaged = batch.views().damaged().stream()
                .map(example -> batch.whole().indexOf(example))
                .toList();
        return new Ready(false, digest(batch.whole()), videoIds(batch), damaged, savedStep);
    }

    private static String digest(List<Example> examples) {
        StringBuilder places = new StringBuilder();
        for (Example e : examples) {
            places.append(e.partition())
                    .append('@')
                    .append(e.offset())
                    .append('/')
                    .append(e.epoch())
                    .append(' ');
        }
        return Sha256.of(places.toString().getBytes(UTF_8));
    }

    /**
     * Ids of this part's videos that mean the same in all parts: the first place of a video in the whole batch. A row that
     * repeats another clip's views has that clip's video, as the part's own ids say.
     */
    private int[] videoIds(Prepared batch) {
        AugmentedBatch views = batch.views();
        List<Example> part = views.source().examples();
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < batch.whole().size(); i++) {
            first.putIfAbsent(batch.whole().get(i).clip().getVideoId(), i);
        }
        Map<Integer, Integer> byOwnId = new HashMap<>();
        for (int i = 0; i < part.size(); i++) {
            if (!views.damaged().contains(part.get(i))) {
                byOwnId.put(
                        views.videoIds()[i],
                        first.getOrDefault(part.get(i).clip().getVideoId(), i));
            }
        }
        return Arrays.stream(views.videoIds())
                .map(id -> byOwnId.getOrDefault(id, id))
                .toArray();
    }

    private static byte[] json(Object message) {
        try {
            return JSON.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new VitoException(Reason.INTERNAL, "a message to other learners cannot be written: " + e, e);
        }
    }

    private static <T> T read(byte[] json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (IOException e) {
            throw new VitoException(Reason.INTERNAL, "what another learner says cannot be read: " + e, e);
        }
    }
}
