package org.vito.ingest.live;

import java.net.URI;
import java.time.Duration;
import org.vito.ingest.fetch.Credentials;

/**
 * A stream that goes on, and how it is cut.
 *
 * @param credentials whom a camera knows
 * @param length how long a file lasts, if the stream is not interrupted
 * @param stall longest time without a picture before it counts as interrupted
 * @param giveUp how long it may be interrupted before nothing more is expected of it
 * @param backlogBytes most bytes of finished files that wait to be taken in
 */
public record LiveSettings(
        URI address, Credentials credentials, Duration length, Duration stall, Duration giveUp, long backlogBytes) {}
