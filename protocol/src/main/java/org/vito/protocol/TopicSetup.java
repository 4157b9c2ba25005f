package org.vito.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics that are missing and checks those that are there. */
public final class TopicSetup {
    private static final long TIMEOUT_SECONDS = 60;
    private static final int ATTEMPTS = 50;

    private TopicSetup() {}

    /**
     * Creates every missing topic of {@link Topics#all()}, then compares cleanup policy and record size of the present
     * ones with ours.
     *
     * @param replication replication factor of new topics, or -1 for the broker's default
     * @return what is present but otherwise than we would have made it, a sentence each; harmless differences only
     * @throws VitoException ({@link Reason#KAFKA}, a {@link RetriableException} where waiting may help) if Kafka cannot be reached, or a topic has a setting under which the
     *     system cannot work; the message names topic, setting, value and what was expected
     */
    public static List<String> ensure(KafkaAccess kafka, short replication) {
        try (Admin admin = kafka.admin()) {
            create(admin, replication);
            return verify(admin);
        }
    }

    private static void create(Admin admin, short replication) {
        Set<String> present = await(() -> admin.listTopics().names(), "list topics");
        Map<String, KafkaFuture<Void>> results = admin.createTopics(Topics.all().stream()
                        .filter(t -> !present.contains(t.name()))
                        .map(t -> new NewTopic(t.name(), t.partitions(), replication).configs(t.settings()))
                        .toList())
                .values();
        results.forEach((name, created) -> {
            try {
                await(created, "create topic " + name);
            } catch (VitoException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e; // another process of ours may have been faster, which is as good
                }
            }
        });
    }

    private static List<String> verify(Admin admin) {
        List<String> names = Topics.all().stream().map(Topic::name).toList();
        Map<String, TopicDescription> described =
                await(() -> admin.describeTopics(names).allTopicNames(), "describe topics");
        Map<ConfigResource, Config> configs = await(
                () -> admin.describeConfigs(
                                names.stream().map(TopicSetup::resource).toList())
                        .all(),
                "describe topic settings");
        List<String> notes = new ArrayList<>();
        for (Topic<?> topic : Topics.all()) {
            int partitions = Objects.requireNonNull(described.get(topic.name()))
                    .partitions()
                    .size();
            if (partitions != topic.partitions()) {
                notes.add("topic %s has %d partitions, ours would have %d"
                        .formatted(topic.name(), partitions, topic.partitions()));
            }
            notes.addAll(compare(topic, Objects.requireNonNull(configs.get(resource(topic.name())))));
        }
        return List.copyOf(notes);
    }

    private static List<String> compare(Topic<?> topic, Config config) {
        List<String> notes = new ArrayList<>();
        new TreeMap<>(topic.settings()).forEach((key, expected) -> {
            ConfigEntry entry = config.get(key);
            String actual = entry == null || entry.value() == null ? "" : entry.value();
            if (!expected.equals(actual)) {
                String difference = "topic %s has %s=%s, expected %s".formatted(topic.name(), key, actual, expected);
                if (fatal(key, actual, expected)) {
                    throw new VitoException(
                            Reason.KAFKA,
                            difference + "; change it with kafka-configs --alter or let VITO create the topic");
                }
                notes.add(difference);
            }
        });
        return notes;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static boolean fatal(String key, String actual, String expected) {
        return switch (key) {
            case "cleanup.policy" -> true;
            case "max.message.bytes" -> actual.isEmpty() || Long.parseLong(actual) < Long.parseLong(expected);
            default -> false;
        };
    }

    /** Asks again, for a while, where a broker has not yet heard of a topic that was just created. */
    private static <V> V await(Supplier<KafkaFuture<V>> request, String what) {
        for (int attempt = 1; ; attempt++) {
            try {
                return await(request.get(), what);
            } catch (VitoException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || attempt == ATTEMPTS) {
                    throw e;
                }
                pause(what);
            }
        }
    }

    private static <V> V await(KafkaFuture<V> future, String what) {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = "could not " + what + ": " + cause.getMessage();
            throw cause instanceof org.apache.kafka.common.errors.RetriableException
                    ? new RetriableException(Reason.KAFKA, message, cause)
                    : new VitoException(Reason.KAFKA, message, cause);
        } catch (TimeoutException e) {
            String message = "could not " + what + ": no answer in " + TIMEOUT_SECONDS + " s";
            throw new RetriableException(Reason.KAFKA, message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.KAFKA, "interrupted while waiting to " + what, e);
        }
    }

    private static void pause(String what) {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VitoException(Reason.KAFKA, "interrupted while waiting to " + what, e);
        }
    }
}
