package org.vito.learner.group;

import java.time.Duration;
import org.vito.protocol.Settings;

/**
 * Which of the learners that train a run together this one is, and where they meet.
 *
 * @param rank this learner's place among them, from 0; the one of rank 0 leads
 * @param size how many there are; 1 = this one alone
 * @param leaderHost where the leader listens
 * @param leaderPort where the leader listens
 * @param address at which the others reach this one, or empty: that from which it reaches the leader
 * @param timeout longest silence of another learner, and longest wait for it in the middle of a step
 * @param joinWithin longest wait until all learners are there
 */
public record GroupSettings(
        int rank, int size, String leaderHost, int leaderPort, String address, Duration timeout, Duration joinWithin) {
    private static final int MOST = 4096;

    /** Reads and checks {@code vito.learner.group}. */
    public static GroupSettings from(Settings learner) {
        Settings group = learner.in("group");
        int size = group.whole("of", 1, MOST);
        String leader = group.text("leader");
        int colon = leader.lastIndexOf(':');
        boolean named = colon > 0 && leader.substring(colon + 1).matches("[1-9]\\d{0,4}");
        int port = named ? Integer.parseInt(leader.substring(colon + 1)) : 0;
        group.check("leader", size == 1 || (named && port < 1 << 16), "HOST:PORT of the learner of rank 0");
        Duration timeout = group.duration("timeout");
        group.check("timeout", timeout.toMillis() >= 1000 && timeout.toHours() < 24, "from 1s to 24h");
        return new GroupSettings(
                group.whole("rank", 0, size - 1),
                size,
                named ? leader.substring(0, colon) : "",
                port,
                group.text("address"),
                timeout,
                group.duration("join-within"));
    }
}
