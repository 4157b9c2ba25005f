package org.vito.protocol;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A member of a consumer group that says when it has left. Once its work is over it tells nobody of partitions that it gives
 * back: Alpakka Kafka's listener would wait, for the whole of its commit-timeout, for a stream that has ended to say what it
 * has under way, and the group would wait with it.
 */
public final class GroupMember extends KafkaConsumer<String, byte[]> {
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private volatile boolean over;
    private volatile boolean leaving;
    private boolean gone; // of the thread that polls

    /** A member that is configured as every consumer is. */
    public GroupMember(Map<String, Object> properties) {
        super(properties);
    }

    /** To be called when everything that was read is committed, or never will be. */
    public void workIsOver() {
        over = true;
    }

    /**
     * To be called when its stream has ended or is let go of: it leaves the group when it is polled next, if it is not closed
     * before. Alpakka closes it only when everything that was read is committed, and waits for ever for what was under way
     * when a stream broke off, or ended while its producer was being made.
     */
    public void leave() {
        over = true;
        leaving = true;
    }

    /** Completes when the member has left its group. */
    public CompletionStage<Void> left() {
        return left;
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                listener.onPartitionsAssigned(partitions);
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                if (!over) {
                    listener.onPartitionsRevoked(partitions);
                }
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                if (!over) {
                    listener.onPartitionsLost(partitions);
                }
            }
        });
    }

    @Override
    public ConsumerRecords<String, byte[]> poll(Duration timeout) {
        if (leaving && !gone) {
            gone = true;
            unsubscribe();
            left.complete(null);
        }
        return gone ? ConsumerRecords.empty() : super.poll(timeout);
    }

    @Override
    public void close(Duration timeout) {
        try {
            super.close(timeout);
        } finally {
            left.complete(null);
        }
    }
}
