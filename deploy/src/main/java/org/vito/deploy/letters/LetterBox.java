package org.vito.deploy.letters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.DeadLetter;

/** The topic of dead letters as it is now. For one thread. */
public final class LetterBox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LetterBox.class);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(250);

    private final String servers;
    private final KafkaConsumer<String, byte[]> consumer;

    private LetterBox(KafkaAccess kafka) {
        servers = kafka.bootstrapServers();
        Map<String, Object> properties = new HashMap<>(kafka.reader(""));
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        consumer = new KafkaConsumer<>(properties);
    }

    /** Opens the topic of {@code kafka}; close it to let go of the connection. */
    public static LetterBox open(KafkaAccess kafka) {
        return new LetterBox(kafka);
    }

    /**
     * The letters that {@code wanted} accepts, in their order, each without the value of its original record.
     *
     * @throws VitoException {@link Reason#KAFKA} if Kafka does not answer
     */
    public List<Letter> list(Predicate<DeadLetter> wanted) {
        List<Letter> found = new ArrayList<>();
        Set<LetterId> replayed = new HashSet<>();
        read(begins(partitions()), Map.of(), (id, record) -> {
            OptionalLong mark = DeadLetters.marked(record);
            if (mark.isPresent()) {
                replayed.add(new LetterId(record.partition(), mark.getAsLong()));
            } else if (record.value() != null) {
                DeadLetter letter = Topics.DEAD_LETTERS.read(record);
                if (wanted.test(letter)) {
                    int bytes = letter.getValue().size();
                    found.add(new Letter(id, letter.toBuilder().clearValue().build(), bytes, false));
                }
            }
        });
        return found.stream()
                .map(l -> new Letter(l.id(), l.letter(), l.valueBytes(), replayed.contains(l.id())))
                .toList();
    }

    /**
     * Hands each letter of {@code ids}, whole, to {@code to}, in the order in which they lie.
     *
     * @throws VitoException {@link Reason#NOT_FOUND} that names those that are not there, after the others were handed
     *     out; {@link Reason#KAFKA} if Kafka does not answer
     */
    public void each(Collection<LetterId> ids, Consumer<DeadLetterAt> to) {
        Set<LetterId> missing = new TreeSet<>(ids);
        Map<TopicPartition, Long> begins = begins(partitions());
        Map<TopicPartition, Long> from = new HashMap<>();
        Map<TopicPartition, Long> until = new HashMap<>();
        for (LetterId id : ids) {
            TopicPartition partition = partition(id.partition());
            Long begin = begins.get(partition);
            if (begin != null) {
                from.merge(partition, Math.max(begin, id.offset()), Math::min);
                until.merge(partition, id.offset() + 1, Math::max);
            }
        }
        read(from, until, (id, record) -> {
            if (record.value() != null && missing.contains(id)) {
                DeadLetter letter = Topics.DEAD_LETTERS.read(record);
                missing.remove(id);
                to.accept(new DeadLetterAt(id, letter));
            }
        });
        if (!missing.isEmpty()) {
            throw new VitoException(
                    Reason.NOT_FOUND,
                    "%s holds no dead letter %s; vito deadletters list prints those it holds"
                            .formatted(Topics.DEAD_LETTERS, names(missing)));
        }
    }

    /** {@code ids} in a sentence. */
    public static String names(Collection<LetterId> ids) {
        return String.join(", ", ids.stream().map(LetterId::toString).toList());
    }

    /** A whole letter and where it lies. */
    public record DeadLetterAt(LetterId id, DeadLetter letter) {}

    @Override
    public void close() {
        consumer.close();
    }

    private List<TopicPartition> partitions() {
        return asked(() -> consumer.partitionsFor(Topics.DEAD_LETTERS.name(), ANSWER).stream()
                .map(info -> partition(info.partition()))
                .toList());
    }

    private Map<TopicPartition, Long> begins(List<TopicPartition> partitions) {
        return asked(() -> consumer.beginningOffsets(partitions, ANSWER));
    }

    /** Reads {@code from} these offsets up to those of {@code until}, or the present end where none is given. */
    private void read(
            Map<TopicPartition, Long> from,
            Map<TopicPartition, Long> until,
            BiConsumer<LetterId, ConsumerRecord<String, byte[]>> to) {
        Map<TopicPartition, Long> ends = asked(() -> {
            consumer.assign(from.keySet());
            Map<TopicPartition, Long> present = new HashMap<>(consumer.endOffsets(from.keySet(), ANSWER));
            until.forEach((partition, end) -> present.merge(partition, end, Math::min));
            from.forEach(consumer::seek);
            return present;
        });
        long heard = System.nanoTime();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            ConsumerRecords<String, byte[]> records = asked(() -> consumer.poll(POLL));
            if (!records.isEmpty()) {
                heard = System.nanoTime();
            } else if (System.nanoTime() - heard > ANSWER.toNanos()) {
                throw new VitoException(
                        Reason.KAFKA, "Kafka at %s gave nothing for %d s".formatted(servers, ANSWER.toSeconds()));
            }
            for (ConsumerRecord<String, byte[]> record : records) {
                hand(record, to);
            }
        }
    }

    private static void hand(
            ConsumerRecord<String, byte[]> record, BiConsumer<LetterId, ConsumerRecord<String, byte[]>> to) {
        try {
            to.accept(new LetterId(record.partition(), record.offset()), record);
        } catch (DamagedRecordException e) {
            log.warn("passed over: {}", e.getMessage());
        }
    }

    private <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (KafkaException e) {
            throw new VitoException(
                    Reason.KAFKA, "Kafka at %s cannot be read: %s".formatted(servers, e.getMessage()), e);
        }
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition(Topics.DEAD_LETTERS.name(), number);
    }
}
