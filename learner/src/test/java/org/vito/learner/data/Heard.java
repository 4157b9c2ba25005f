package org.vito.learner.data;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Keeps what an order told its listener. */
final class Heard implements OrderListener {
    record Refused(Place place, Reason reason) {}

    final List<String> waits = new CopyOnWriteArrayList<>();
    final List<Long> epochs = new CopyOnWriteArrayList<>();
    final List<Refused> refused = new CopyOnWriteArrayList<>();

    @Override
    public void waiting(long have, long need) {
        waits.add(have + "/" + need);
    }

    @Override
    public void epoch(long number) {
        epochs.add(number);
    }

    @Override
    public void refused(ConsumerRecord<String, byte[]> record, VitoException reason) {
        refused.add(new Refused(new Place(record.partition(), record.offset()), reason.reason()));
    }
}
