package org.vito.learner.data;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vito.protocol.VitoException;

/** Hears what happens while clips are read, on the thread that reads. */
public interface OrderListener {
    /** An epoch has too few clips to begin: {@code have} of {@code need}. */
    void waiting(long have, long need);

    /** An epoch begins. */
    void epoch(long number);

    /** A record was left out because it is no usable clip. */
    void refused(ConsumerRecord<String, byte[]> record, VitoException reason);
}
