package org.vito.decode;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What a stage makes of one record. An instance serves one run of a stream and is closed when that ends. */
interface RecordTransform extends AutoCloseable {
    /**
     * The records to be written for {@code record}, dead letters among them; all are committed together with its offset.
     * A failed result stops the stream, which starts again at the last commit.
     */
    CompletionStage<List<ProducerRecord<String, byte[]>>> apply(ConsumerRecord<String, byte[]> record);

    @Override
    default void close() {}
}
