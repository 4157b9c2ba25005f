package org.vito.protocol;

import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What every role is given when it starts.
 *
 * @param kafka how to reach Kafka; the topics exist
 * @param objects where videos lie
 * @param data this process's directory for everything else that must survive a restart
 * @param instance a name of this process that no other process has at the same time and that it keeps over restarts; part
 *     of transactional ids
 * @param clock the time of day
 * @param stages where stages register their meters
 */
public record Platform(
        KafkaAccess kafka, ObjectStore objects, Path data, String instance, InstantSource clock, Stages stages) {}
