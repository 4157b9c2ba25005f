package org.vito.learner.run;

import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.data.Place;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.DeadLetter;

/** Dead letters of clips that cannot be learned from: one each, however many epochs meet the clip. Safe for any thread. */
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);
    private static final String STAGE = "learn";
    private static final int REMEMBERED = 100_000;
    /** A larger letter would not fit into its topic and goes without the record, whose place it names. */
    private static final int LARGEST = KafkaAccess.MAX_RECORD_BYTES - (64 << 10);

    private final TrainingJournal journal;
    private final StageMeter meter;
    private final InstantSource clock;
    private final Set<Place> told = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    Refusals(TrainingJournal journal, StageMeter meter, InstantSource clock) {
        this.journal = journal;
        this.meter = meter;
        this.clock = clock;
    }

    /** A clip whose frames could not be made into views. */
    void refuse(Example example) {
        String clip = example.clip().getClipId();
        ConsumerRecord<String, byte[]> record = new ConsumerRecord<>(
                Topics.CLIPS.name(),
                example.partition(),
                example.offset(),
                clip,
                example.clip().toByteArray());
        refuse(
                record,
                new VitoException(
                        Reason.DAMAGED_CLIP,
                        "clip %s at %s-%d@%d has a frame that is no JPEG of the expected kind"
                                .formatted(clip, Topics.CLIPS, example.partition(), example.offset())));
    }

    /** A record that is no usable clip. */
    void refuse(ConsumerRecord<String, byte[]> record, VitoException reason) {
        if (first(new Place(record.partition(), record.offset()))) {
            log.warn("clip left out: {}", reason.getMessage());
            meter.failed();
            String subject = record.key() == null ? record.partition() + "@" + record.offset() : record.key();
            DeadLetter letter = DeadLetters.of(STAGE, subject, reason, 1, record, clock);
            boolean fits = letter.getSerializedSize() <= LARGEST;
            journal.tell(
                    Topics.DEAD_LETTERS,
                    fits ? letter : letter.toBuilder().clearValue().build());
        }
    }

    private synchronized boolean first(Place place) {
        return told.add(place);
    }
}
